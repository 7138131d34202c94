import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openAuditLog } from '../../../src/sandbox/audit.ts';
import type { ForgeProject } from '../../../src/sandbox/gitlab/forge.ts';
import { GitForge } from '../../../src/sandbox/gitlab/git-forge.ts';
import { startGitLabServer } from '../../../src/sandbox/gitlab/server.ts';
import type { FaultGate } from '../../../src/sandbox/kubernetes/world-interfaces.ts';
import { systemClock } from '../../../src/sandbox/world/system-clock.ts';
import { ANA, START, temporaryFolder } from '../git/test-repository.ts';

export const SAAS = 'data/saas.yml';
export const PROJECT = 'service/app-interface';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it knows to be there
  readonly body: any;
}

export interface TestGitLab {
  readonly forge: GitForge;
  readonly project: ForgeProject;
  readonly fork: ForgeProject;
  readonly url: string;
  readonly auditPath: string;
  /** First, promotion, unrelated, and the merge of the promotion: SHAs of the history. */
  readonly shas: readonly string[];
  /** A request to `/projects/service%2Fapp-interface` and on. */
  call(method: string, path: string, body?: unknown, token?: string): Promise<Answer>;
  /** A request to `/api/v4` and on. */
  api(method: string, path: string, body?: unknown, token?: string): Promise<Answer>;
  /** Waits for an answer to be as wanted, as a client that polls would. */
  until(path: string, wanted: (answer: Answer) => boolean): Promise<Answer>;
}

const saas = (ref: string) => `targets:\n- namespace: production\n  ref: ${ref}\n`;

/** A GitLab with one project of a short history, a fork of it, and users of every kind. */
export async function testGitLab(
  options: { readonly faults?: Pick<FaultGate, 'intercept'> } = {},
): Promise<TestGitLab> {
  const folder = temporaryFolder();
  const failures: unknown[] = [];
  const onError = (error: unknown) => failures.push(error);
  const clock = systemClock();
  const delays = { prepare: 5, check: 5, rebase: 20, merge: 5 };
  const forge = new GitForge({ folder, clock, delays, onError });
  for (const [username, scopes] of [
    ['operator', ['api']],
    ['reader', ['read_api']],
    ['bot', ['api']],
    ['stranger', ['api']],
  ] as const)
    forge.addToken({ token: `${username}-token`, username, scopes });
  const project = await forge.createProject({
    path: PROJECT,
    members: { operator: 30, reader: 20, bot: 40 },
  });
  const shas = await project.repository.importHistory([
    {
      branch: 'master',
      author: ANA,
      time: START,
      message: 'first',
      changes: [{ path: SAAS, content: saas('aaa') }],
    },
    {
      branch: 'promote',
      author: ANA,
      time: START + 60_000,
      message: 'chore: update version to bbb\n\nWhy.',
      changes: [{ path: SAAS, content: saas('bbb') }],
      parents: [0],
    },
    {
      branch: 'master',
      author: ANA,
      time: START + 120_000,
      message: 'unrelated',
      changes: [{ path: 'other.yml', content: 'x\n' }],
      parents: [0],
    },
    {
      branch: 'master',
      author: ANA,
      time: START + 180_000,
      message: `Merge branch 'promote' into 'master'\n\nchore\n\nSee merge request ${PROJECT}!7`,
      changes: [{ path: SAAS, content: saas('bbb') }],
      parents: [2, 1],
    },
  ]);
  forge.mergeRequests.addPast({
    projectId: project.id,
    iid: 7,
    sourceBranch: 'promote',
    targetBranch: 'master',
    title: 'chore: update version to bbb',
    author: 'operator',
    createdAt: START + 60_000,
    state: 'merged',
    endedAt: START + 180_000,
    endedBy: 'bot',
    sha: shas[1] ?? '',
    mergeCommitSha: shas[3] ?? '',
    labels: ['bot/approved'],
  });
  const fork = await forge.fork(project, {
    path: 'operator/app-interface',
    members: { operator: 50, bot: 40 },
    protectedBranches: [],
  });
  const auditPath = join(folder, 'audit.jsonl');
  const audit = openAuditLog(auditPath);
  const server = await startGitLabServer({ forge, audit, clock, faults: options.faults, onError });
  onTestFinished(async () => {
    await server.close();
    await forge.stop();
    audit.close();
    if (failures.length > 0) throw new AggregateError(failures, 'the forge failed in the background');
  });

  const api: TestGitLab['api'] = async (method, path, body, token = 'operator-token') => {
    const response = await fetch(`${server.url}/api/v4${path}`, {
      method,
      headers: {
        ...(token === '' ? {} : { 'private-token': token }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type') === 'application/json';
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };
  const call: TestGitLab['call'] = (method, path, ...rest) =>
    api(method, `/projects/${encodeURIComponent(PROJECT)}${path}`, ...rest);
  return {
    forge,
    project,
    fork,
    url: server.url,
    auditPath,
    shas,
    api,
    call,
    async until(path, wanted) {
      const deadline = Date.now() + 5000;
      for (;;) {
        const answer = await call('GET', path);
        if (wanted(answer)) return answer;
        if (Date.now() > deadline) throw new Error(`${path} stays ${JSON.stringify(answer.body)}`);
      }
    },
  };
}
