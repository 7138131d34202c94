import type { KubeObject } from '../../src/ports/kubernetes.ts';
import type { PlanContext, RunContext } from '../../src/steps/step-kind.ts';
import { FakeKubernetes } from '../fakes/fake-kubernetes.ts';
import { type FakePorts, fakePorts } from '../fakes/fake-ports.ts';
import { deployment, endpointSlice, pod, service } from '../fakes/kube-objects.ts';

export const BLUE = { app: 'frontend-blue', color: 'blue' };
export const GREEN = { app: 'frontend-green', color: 'green' };

export function pods(labels: Record<string, string>, ready: readonly boolean[]): readonly KubeObject[] {
  return ready.map((each, index) =>
    pod(`${labels.app}-${index}`, {
      labels,
      ready: each,
      ip: `10.0.${labels.color === 'blue' ? 1 : 2}.${index}`,
    }),
  );
}

/** A bad release (green) has the traffic, the one before (blue) is ready to take it. */
export function banking(
  options: { readonly blue?: readonly boolean[]; readonly green?: readonly boolean[] } = {},
): FakeKubernetes {
  const { blue = [true, true], green = [false, false] } = options;
  const kube = new FakeKubernetes(
    service('frontend-service', GREEN),
    deployment('frontend-blue', { labels: BLUE, replicas: blue.length, ready: blue.filter(Boolean).length }),
    deployment('frontend-green', {
      labels: GREEN,
      replicas: green.length,
      ready: green.filter(Boolean).length,
    }),
    ...pods(BLUE, blue),
    ...pods(GREEN, green),
    endpointSlice('frontend-service', pods(GREEN, green)),
  );
  return kube;
}

export function planContext(ports: FakePorts = fakePorts({ kubernetes: banking() })): PlanContext {
  return { ports, signal: new AbortController().signal, namespace: 'banking-app' };
}

export function runContext(ports: FakePorts, signal = new AbortController().signal): RunContext {
  return { ports, signal, emit: () => undefined, outputFile: undefined, attemptId: 'attempt-1' };
}

/** What somebody else does to an object between plan and run. */
export function meddle(
  kube: FakeKubernetes,
  kind: string,
  name: string,
  change: (object: KubeObject) => KubeObject,
): void {
  const object = kube.peek(kind, name);
  if (object === undefined) throw new Error(`there is no ${kind} ${name} to meddle with`);
  kube.put(change(object));
}

/** Two revisions of a Deployment, v1 and the current v2. */
export function revisions(name: string): readonly KubeObject[] {
  const labels = name === 'frontend-blue' ? BLUE : GREEN;
  return [1, 2].map((number) => ({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${number}`,
      namespace: 'banking-app',
      labels,
      annotations: { 'deployment.kubernetes.io/revision': String(number) },
      ownerReferences: [{ kind: 'Deployment', name, uid: `uid-${name}`, controller: true }],
    },
    spec: {
      template: {
        metadata: { labels: { ...labels, 'pod-template-hash': `hash-${number}` } },
        spec: { containers: [{ name: 'web', image: number === 1 ? 'web:v0' : 'web:v1' }] },
      },
    },
  }));
}
