import type { GitLabCommit } from '../../../src/ports/gitlab.ts';
import type { PlanContext, RunContext } from '../../../src/steps/step-kind.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { FakeCodeHistory } from '../../fakes/fake-code-history.ts';
import { FakeGitLab } from '../../fakes/fake-gitlab.ts';
import { type FakePorts, fakePorts } from '../../fakes/fake-ports.ts';

export const PROJECT = 'service/app-interface';
export const SAAS = 'data/services/managed-services/cicd/saas/saas-kas-fleet-manager.yaml';
export const POLICY = 'data/teams/managed-services/escalation-policies/kas-fleet-manager.yaml';
export const CODE = 'github:bf2fc6cc711aee1a0c2a/kas-fleet-manager';

const sha = (letter: string) => letter.repeat(40);
/** Versions of KAS, the oldest first; the last one runs in production and fails. */
export const [V1, V2, V3, V4] = [sha('a'), sha('b'), sha('c'), sha('d')] as const;

export function saasText(production: string, stage: string, remark = ''): string {
  return `name: saas-kas-fleet-manager
resourceTemplates:
- name: kas-fleet-manager
  path: /templates/service-template.yml
  targets:
  - namespace:
      $ref: /services/managed-services/namespaces/managed-services-stage.yml
    ref: ${stage}
    parameters:
      REPLICAS: 3
  - namespace:
      $ref: /services/managed-services/namespaces/managed-services-production.yml
    ref: ${production}${remark}
    parameters:
      REPLICAS: 6
`;
}

const POLICY_TEXT = `$schema: /app-sre/escalation-policy-1.yml
name: kas-fleet-manager
description: Page first.
channels:
  slackUserGroup:
  - $ref: /teams/managed-services/permissions/kas-control-plane-ic.yml
  email:
  - control-plane@example.com
  pagerduty:
    $ref: /dependencies/pagerduty/kas-fleet-manager.yml
  nextEscalationPolicy:
    $ref: /teams/managed-services/escalation-policies/managers.yaml
`;

export const COVERAGE = `Change coverage report<br/>⏸️ Approval Required

| file | change | status | approvers |
|------|--------|--------|-----------|
| ${SAAS} | resourceTemplates[0] |  | kas-fleet-manager approvers - @magda @sylvain |

Reach out to them on
* Slack: #mas-control-plane`;

export interface AppInterface {
  readonly gitlab: FakeGitLab;
  readonly code: FakeCodeHistory;
  readonly ports: FakePorts;
  /** By the version that each promoted production to. */
  readonly promotions: Readonly<Record<string, GitLabCommit>>;
}

/** app-interface with a history in which titles mislead: stage in between, and a later commit that is no promotion. */
export function appInterface(): AppInterface {
  const gitlab = new FakeGitLab();
  gitlab.addProject(PROJECT);
  gitlab.push(PROJECT, { title: 'begin', files: { [SAAS]: saasText(V1, V1), [POLICY]: POLICY_TEXT } });
  const promotions: Record<string, GitLabCommit> = {};
  const promote = (production: string, stage: string, title: string) =>
    gitlab.push(PROJECT, { title, author: 'Magda', files: { [SAAS]: saasText(production, stage) } });
  for (const [old, version] of [
    [V1, V2],
    [V2, V3],
    [V3, V4],
  ] as const) {
    promote(old, version, `chore: update kas-fleet-manager stage version to ${version}`);
    const made = promote(version, version, `chore: update kas-fleet-manager prod version to ${version}`);
    promotions[version] = made;
    const request = gitlab.addMergeRequest(
      {
        title: made.title,
        state: 'merged',
        mergedAt: made.committedAt,
        author: 'magda',
        description: `## Changes Included\nhttps://gitlab.test/service/kas-fleet-manager/-/compare/${old}...${version}\n`,
      },
      [made.id],
    );
    gitlab.addNote(request.iid, COVERAGE, { author: 'devtools-bot' });
  }
  gitlab.push(PROJECT, { title: 'docs: a word', files: { 'README.md': 'hello' } });
  const code = new FakeCodeHistory('bf2fc6cc711aee1a0c2a/kas-fleet-manager')
    .on(V3, V4, {
      commits: [commitOf('e'), commitOf('f')],
      files: [{ path: 'pkg/api/a.go', status: 'modified' }],
    })
    .on(V2, V4, { files: [{ path: 'pkg/api/a.go', status: 'modified' }] })
    .on(V1, V4, {
      files: [{ path: 'internal/kafka/internal/migrations/20230101000000_drop.go', status: 'added' }],
    })
    .put(
      'internal/kafka/internal/migrations/20230101000000_drop.go',
      V4,
      'Migrate: func(tx *gorm.DB) error { return tx.Migrator().DropColumn(&T{}, "x") },',
    );
  const clock = new FakeClock(Date.UTC(2026, 1, 1));
  return { gitlab, code, ports: fakePorts({ gitlab, code, clock }), promotions };
}

function commitOf(letter: string) {
  return { sha: sha(letter), title: `change ${letter}`, author: 'Magda', date: '2026-01-02T00:00:00Z' };
}

export function planning(ports: FakePorts): PlanContext {
  return { ports, signal: new AbortController().signal, namespace: 'managed-services-production' };
}

export function running(ports: FakePorts): RunContext {
  return {
    ports,
    signal: new AbortController().signal,
    emit: () => undefined,
    outputFile: undefined,
    attemptId: 'attempt-1',
  };
}
