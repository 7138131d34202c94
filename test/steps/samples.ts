import { stepKinds } from '../../src/steps/index.ts';
import type { StepKind } from '../../src/steps/step-kind.ts';
import { FakeElasticsearch, logged } from '../fakes/fake-elasticsearch.ts';
import { FakeGit } from '../fakes/fake-git.ts';
import type { FakeGitLab } from '../fakes/fake-gitlab.ts';
import { FakeHttp } from '../fakes/fake-http.ts';
import type { FakeKubernetes } from '../fakes/fake-kubernetes.ts';
import { FakeMessages } from '../fakes/fake-messages.ts';
import { type FakePorts, fakePorts } from '../fakes/fake-ports.ts';
import { FakeProcesses } from '../fakes/fake-processes.ts';
import { FakePrometheus } from '../fakes/fake-prometheus.ts';
import { pod } from '../fakes/kube-objects.ts';
import { BLUE, banking, revisions } from './banking.ts';
import { FakeDjango } from './django/fake-django.ts';
import { appInterface, CODE, POLICY, PROJECT, SAAS, V3, V4 } from './gitlab/app-interface.ts';
import { cannedServer } from './postgres/canned-server.ts';

const PROMOTION = appInterface().promotions[V4]?.id;

const DJANGO = { selector: 'app in (backend-blue, backend-green)' };

/** Parameters as a runbook would give them, for each kind at least once. */
const PARAMETERS: Readonly<Record<string, readonly unknown[]>> = {
  task: [{ instructions: 'Tell the duty manager.\n\nHe is in the book.' }],
  prompt: [{ message: 'Which ticket?', pattern: 'INC-\\d+', secret: false, default: 'INC-1' }],
  decision: [
    {
      message: 'Go on?',
      options: [
        { value: 'yes', 'go-to': 'verify' },
        { value: 'no', label: 'No', 'go-to': 'end' },
      ],
    },
  ],
  command: [
    {
      run: ['deploy', '--to', 'blue green'],
      env: { MODE: 'fast' },
      cwd: '/srv',
      undo: { run: ['deploy', '--back'] },
      probe: { run: ['deployed'] },
    },
    { run: ['deploy'] },
    { run: ['uptime'], 'reads-only': true },
  ],
  shell: [
    { script: 'set -u\necho "$WHOM"', env: { WHOM: "it's me" }, timeout: '30s' },
    { script: 'true', shell: 'bash', 'reads-only': true },
  ],
  slack: [
    {
      title: 'Rollback',
      message: 'It fails.\nWe go back.',
      facts: { errors: '38 %', nothing: null },
      links: { dashboard: 'https://grafana.test/d/1' },
      channel: '#ops',
      mention: 'here',
    },
    { message: 'It is back.', thread: '1700000000.000001', broadcast: true },
  ],
  teams: [{ title: 'Rollback', message: 'It fails.' }],
  statuspage: [
    {
      name: 'Payments fail',
      status: 'investigating',
      message: 'We look.',
      components: { API: 'major_outage' },
    },
  ],
  'follow-up': [{ what: 'Find the cause', details: 'Write it down.', owner: 'Ana', within: '48h' }],
  'kubernetes/get': [{ resource: 'services', name: 'frontend-service' }],
  'kubernetes/list': [{ resource: 'pods', selector: 'color=blue' }],
  'kubernetes/patch': [
    {
      resource: 'deployments',
      name: 'frontend-blue',
      patch: { metadata: { labels: { retired: 'no' } }, spec: { paused: true } },
    },
    {
      resource: 'services',
      name: 'frontend-service',
      type: 'json',
      patch: [{ op: 'replace', path: '/spec/selector', value: BLUE }],
    },
  ],
  'kubernetes/scale': [
    { name: 'frontend-green', replicas: 0 },
    { name: 'frontend-blue', replicas: 4 },
    { name: 'frontend-blue', replicas: 2 },
  ],
  'kubernetes/wait': [
    { resource: 'pods', selector: 'color=blue', for: 'condition=Ready' },
    { resource: 'deployments', name: 'frontend-red', for: 'delete' },
  ],
  'kubernetes/rollout': [
    { name: 'frontend-green' },
    { name: 'frontend-green', action: 'restart' },
    { name: 'frontend-green', action: 'undo' },
  ],
  'kubernetes/describe': [{ resource: 'deployments', name: 'frontend-green' }],
  'kubernetes/logs': [
    { selector: 'color=green', tail: 5 },
    { pod: 'frontend-blue-0', since: '90s' },
  ],
  'kubernetes/exec': [
    {
      deployment: 'frontend-blue',
      run: ['deploy', '--to', 'blue green'],
      probe: { run: ['deployed'] },
      undo: { run: ['deploy', '--back'] },
      timeout: '30s',
    },
    { selector: 'color=blue', run: ['deploy'] },
    { pod: 'frontend-blue-0', container: 'web', run: ['uptime'], 'reads-only': true },
  ],
  'kubernetes/select-traffic': [{ service: 'frontend-service', selector: BLUE, 'min-ready': 2 }],
  'git/log': [{}],
  'git/diff': [{ to: '1' }],
  'git/restore': [{ commit: '1' }],
  'kubernetes/diff': [{ commit: '1' }],
  'kubernetes/apply': [{ commit: '1' }],
  'kubernetes/delete': [{ resource: 'services', name: 'frontend-service' }],
  'http/check': [
    { url: 'http://shop.test/healthz', 'expect-body': { contains: 'ok' } },
    { service: 'frontend-service', port: 80, path: '/healthz' },
    { selector: 'color=blue', port: 8080, 'min-pods': 2 },
  ],
  'prometheus/query': [{ query: 'sum(rate(errors[1m]))', unit: 'percent' }],
  'elasticsearch/search': [{ index: 'logs-*', query: 'log.level:error', since: '5m' }],
  'gitlab/find-promotion': [{ project: PROJECT, file: SAAS, target: 'production' }],
  'gitlab/merge-request-of': [{ project: PROJECT, commit: PROMOTION, from: V3, to: V4 }],
  'gitlab/changes': [{ code: CODE, from: V3, to: V4 }],
  'gitlab/read-file': [{ project: PROJECT, path: POLICY }],
  'gitlab/revert': [
    {
      project: PROJECT,
      file: SAAS,
      target: 'production',
      to: V3,
      commits: [PROMOTION],
      branch: 'rollback',
      title: 'Revert production',
      description: 'It fails.',
    },
  ],
  'gitlab/await-merge': [{ project: PROJECT, iid: 3 }],
  'gitlab/await-promotion': [
    { project: PROJECT, file: SAAS, target: 'production', not: [V4], search: 'update', title: '^chore' },
  ],
  'gitlab/comment': [{ project: PROJECT, iid: 3, body: 'It is back.' }],
  'kas/migrations': [{ code: [CODE], from: V3, to: V4 }],
  'kas/rollback-targets': [
    {
      project: PROJECT,
      code: CODE,
      promotions: [V4, V3].map((ref) => ({
        ...{ commit: PROMOTION, title: 'promote', ref, author: 'Magda', date: '2026-01-01T00:00:00Z' },
        ...{ ran: '2 hours', rolledBack: false },
      })),
    },
  ],
  'kas/serving': [{ selector: 'color=blue', container: 'web' }, { expect: V3 }],
  'postgres/list-backups': [{}],
  'postgres/inspect': [
    {
      database: 'banking_db',
      'compare-with': 'banking_db_restore_1',
      'newest-of': { table: 'accounts_account', column: 'id' },
    },
  ],
  'postgres/backup': [{ database: 'banking_db' }],
  'postgres/restore': [{ database: 'banking_db', file: '/backup/good.sql' }],
  'postgres/terminate-sessions': [{ database: 'banking_db' }],
  'postgres/swap': [{ database: 'banking_db', restored: 'banking_db_restore_1' }],
  'django/show-migrations': [DJANGO],
  'django/plan': [{ ...DJANGO, app: 'accounts', target: '0002' }],
  'django/migrate': [{ ...DJANGO, app: 'accounts', target: '0002' }],
  runbook: [{ runbook: 'restore.yaml', inputs: { count: 2 } }],
};

export interface Sample {
  readonly title: string;
  readonly kind: StepKind;
  readonly params: unknown;
}

/** Every kind of the registry with each of its sample parameters; a kind without any fails here. */
export const samples: readonly Sample[] = stepKinds.flatMap((kind) => {
  const parameters = PARAMETERS[kind.kind];
  if (parameters === undefined)
    throw new Error(`test/steps/samples.ts has no parameters for the kind ${kind.kind}`);
  return parameters.map((given, index) => ({
    title: parameters.length === 1 ? kind.kind : `${kind.kind} #${index + 1}`,
    kind,
    params: kind.schema.parse(given),
  }));
});

/** Those that are planned; a call of a runbook never is. */
export const planned = samples.filter(({ kind }) => kind.kind !== 'runbook');

/** A commit that labels frontend-blue, and a later one that brought something more. */
function manifests(): FakeGit {
  const git = new FakeGit();
  const labelled =
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: frontend-blue, labels: {retired: "no"}}\n';
  git.commit('Label blue', { 'k8s/blue.yaml': labelled });
  git.commit('More', { 'k8s/blue.yaml': labelled, 'k8s/notes.md': 'Notes' });
  return git;
}

export interface SampleWorld {
  readonly kube: FakeKubernetes;
  readonly gitlab: FakeGitLab;
  readonly messages: FakeMessages;
  readonly processes: FakeProcesses;
  readonly ports: FakePorts;
}

export function sampleWorld(): SampleWorld {
  const kube = banking();
  for (const replicaSet of revisions('frontend-green')) kube.put(replicaSet);
  kube.put(pod('postgres-0', { labels: { app: 'postgres' }, container: 'postgres' }));
  kube.program = cannedServer();
  new FakeDjango(kube);
  const others = kube.program;
  kube.program = (request) =>
    ['deploy', 'deployed', 'uptime'].includes(request.argv[0]) ? { stdout: 'fine' } : others(request);
  const processes = new FakeProcesses();
  for (const program of ['deploy', 'deployed', 'uptime', 'sh', 'bash'])
    processes.on(program, { stdout: 'fine' });
  const { gitlab, code } = appInterface();
  const messages = new FakeMessages();
  const ports = fakePorts({
    kubernetes: kube,
    gitlab,
    code,
    processes,
    http: new FakeHttp().on('http://shop.test/healthz', { status: 200, body: 'ok' }),
    slack: messages.slack(),
    teams: messages.teams(),
    statuspage: messages.statuspage(),
    prometheus: new FakePrometheus().on('sum(rate(errors[1m]))', 0.25),
    git: manifests(),
    elasticsearch: new FakeElasticsearch({ total: 1, hits: [logged('no ledger')] }),
  });
  return { kube, gitlab, messages, processes, ports };
}
