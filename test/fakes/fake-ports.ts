import type { CodeHistory } from '../../src/ports/comparison.ts';
import type { Elasticsearch } from '../../src/ports/elasticsearch.ts';
import { PortFailure } from '../../src/ports/failure.ts';
import type { Folders } from '../../src/ports/folders.ts';
import type { Git } from '../../src/ports/git.ts';
import type { GitLab } from '../../src/ports/gitlab.ts';
import type { Kubernetes } from '../../src/ports/kubernetes.ts';
import type { Slack, Statuspage, Teams } from '../../src/ports/messages.ts';
import type { Ports } from '../../src/ports/ports.ts';
import type { Prometheus } from '../../src/ports/prometheus.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeHttp } from './fake-http.ts';
import { FakeKubernetes } from './fake-kubernetes.ts';
import { FakeProcesses } from './fake-processes.ts';
import { FakePrometheus } from './fake-prometheus.ts';

export interface FakePorts extends Ports {
  readonly clock: FakeClock;
  readonly http: FakeHttp;
  readonly processes: FakeProcesses;
}

/** All ports as fakes; pass `null` for one that is not configured in this world. */
export function fakePorts(
  given: {
    readonly kubernetes?: Kubernetes | null;
    readonly prometheus?: Prometheus | null;
    readonly gitlab?: GitLab;
    readonly code?: CodeHistory;
    readonly elasticsearch?: Elasticsearch;
    readonly git?: Git;
    readonly folders?: Folders;
    readonly slack?: Slack;
    readonly teams?: Teams;
    readonly statuspage?: Statuspage;
    readonly clock?: FakeClock;
    readonly http?: FakeHttp;
    readonly processes?: FakeProcesses;
  } = {},
): FakePorts {
  const { kubernetes = new FakeKubernetes(), prometheus = new FakePrometheus() } = given;
  return {
    clock: given.clock ?? new FakeClock(),
    http: given.http ?? new FakeHttp(),
    folders: given.folders ?? { read: async () => notConfigured('A folder') },
    processes: given.processes ?? new FakeProcesses(),
    kubernetes: async () => kubernetes ?? notConfigured('Kubernetes'),
    prometheus: async () => prometheus ?? notConfigured('Prometheus'),
    gitlab: async () => given.gitlab ?? notConfigured('GitLab'),
    code: async () => given.code ?? notConfigured('A source code host'),
    elasticsearch: async () => given.elasticsearch ?? notConfigured('Elasticsearch'),
    git: async () => given.git ?? notConfigured('A repository'),
    slack: async () => given.slack ?? notConfigured('Slack'),
    teams: async () => given.teams ?? notConfigured('Teams'),
    statuspage: async () => given.statuspage ?? notConfigured('Statuspage'),
  };
}

function notConfigured(what: string): never {
  throw new PortFailure(`${what} is not configured in this test.`, { reason: 'not-configured' });
}
