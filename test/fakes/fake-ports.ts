import type { CodeHistory } from '../../src/ports/comparison.ts';
import { PortFailure } from '../../src/ports/failure.ts';
import type { GitLab } from '../../src/ports/gitlab.ts';
import type { Kubernetes } from '../../src/ports/kubernetes.ts';
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
    readonly clock?: FakeClock;
    readonly http?: FakeHttp;
    readonly processes?: FakeProcesses;
  } = {},
): FakePorts {
  const { kubernetes = new FakeKubernetes(), prometheus = new FakePrometheus() } = given;
  return {
    clock: given.clock ?? new FakeClock(),
    http: given.http ?? new FakeHttp(),
    processes: given.processes ?? new FakeProcesses(),
    kubernetes: async () => kubernetes ?? notConfigured('Kubernetes'),
    prometheus: async () => prometheus ?? notConfigured('Prometheus'),
    gitlab: async () => given.gitlab ?? notConfigured('GitLab'),
    code: async () => given.code ?? notConfigured('A source code host'),
  };
}

function notConfigured(what: string): never {
  throw new PortFailure(`${what} is not configured in this test.`, { reason: 'not-configured' });
}
