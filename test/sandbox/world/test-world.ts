import {
  DEPLOYMENTS,
  ENDPOINT_SLICES,
  ENDPOINTS,
  EVENTS,
  PODS,
  REPLICA_SETS,
  SERVICES,
} from '../../../src/sandbox/kubernetes/controllers/keys.ts';
import { seedAccess } from '../../../src/sandbox/kubernetes/default-access.ts';
import { MemoryStore } from '../../../src/sandbox/kubernetes/memory-store.ts';
import type { StoredObject } from '../../../src/sandbox/kubernetes/store.ts';
import { readWorldSpec } from '../../../src/sandbox/world/spec.ts';
import { createWorld } from '../../../src/sandbox/world/world.ts';
import { VirtualClock } from './virtual-clock.ts';

export const NAMESPACE = 'banking-app';

/** A world of one small healthy Deployment behind a Service, for what needs no more. */
export const SMALL = {
  namespace: NAMESPACE,
  prometheus: false,
  deployments: [
    {
      name: 'web',
      image: 'example.com/web',
      version: '1.0',
      replicas: 3,
      labels: { app: 'web' },
      minutesAgo: 300,
    },
  ],
  services: [{ name: 'web', selector: { app: 'web' } }],
};

/** A running world on a clock that stands still; errors inside it fail the test. */
export function testWorld(input: unknown) {
  const clock = new VirtualClock();
  const store = new MemoryStore({ now: () => clock.now() });
  const world = createWorld({
    spec: readWorldSpec(input),
    store,
    clock,
    onError(error) {
      throw error;
    },
  });
  world.start();
  seedAccess(store, NAMESPACE);
  clock.advance(50);
  const list = (key: Parameters<MemoryStore['list']>[0]) => store.list(key, NAMESPACE);
  const get = (key: Parameters<MemoryStore['list']>[0], name: string): StoredObject => {
    const found = store.get(key, NAMESPACE, name);
    if (found === undefined) throw new Error(`there is no ${key.resource} ${name}`);
    return found;
  };
  return {
    world,
    store,
    clock,
    seconds: (count: number) => clock.advance(count * 1000),
    deployment: (name: string) => get(DEPLOYMENTS, name),
    service: (name: string) => get(SERVICES, name),
    pods: (app?: string) => list(PODS).filter((pod) => app === undefined || pod.metadata.labels?.app === app),
    sets: (deployment: string) =>
      list(REPLICA_SETS).filter((set) => set.metadata.ownerReferences?.[0]?.name === deployment),
    events: (reason?: string) =>
      list(EVENTS).filter((event) => reason === undefined || event.reason === reason),
    /** Addresses of the ready endpoints, sorted. */
    endpoints(service: string): string[] {
      const subsets: { addresses?: { ip: string }[] }[] = get(ENDPOINTS, service).subsets ?? [];
      return subsets
        .flatMap((subset) => subset.addresses ?? [])
        .map(({ ip }) => ip)
        .sort();
    },
    slices: (service: string) =>
      list(ENDPOINT_SLICES).filter(
        (slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === service,
      ),
    scale: (name: string, replicas: number) =>
      store.mutate(DEPLOYMENTS, NAMESPACE, name, (draft) => {
        draft.spec.replicas = replicas;
      }),
    setImage: (name: string, image: string) =>
      store.mutate(DEPLOYMENTS, NAMESPACE, name, (draft) => {
        draft.spec.template.spec.containers[0].image = image;
      }),
    select: (service: string, selector: Record<string, string> | undefined) =>
      store.mutate(SERVICES, NAMESPACE, service, (draft) => {
        if (selector === undefined) delete draft.spec.selector;
        else draft.spec.selector = selector;
      }),
  };
}

export type TestWorld = ReturnType<typeof testWorld>;

export function isReady(pod: StoredObject): boolean {
  const conditions: { type: string; status: string }[] = pod.status?.conditions ?? [];
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

export function condition(object: StoredObject, type: string) {
  const conditions: { type: string; status: string; reason?: string; message?: string }[] =
    object.status?.conditions ?? [];
  return conditions.find((item) => item.type === type);
}
