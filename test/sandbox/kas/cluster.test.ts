import { describe, expect, test } from 'vitest';
import type { Environment } from '../../../src/sandbox/kas/kas-spec.ts';
import { KAS_IMAGE, kasNamespace } from '../../../src/sandbox/kas/names.ts';
import { DEPLOYMENTS, PODS } from '../../../src/sandbox/kubernetes/controllers/keys.ts';
import { seedAccess } from '../../../src/sandbox/kubernetes/default-access.ts';
import { MemoryStore } from '../../../src/sandbox/kubernetes/memory-store.ts';
import { authorize } from '../../../src/sandbox/kubernetes/rbac.ts';
import type { ProxyRequest } from '../../../src/sandbox/kubernetes/world-interfaces.ts';
import { readWorldSpec } from '../../../src/sandbox/world/spec.ts';
import { createWorld } from '../../../src/sandbox/world/world.ts';
import { isReady } from '../world/test-world.ts';
import { VirtualClock } from '../world/virtual-clock.ts';

const APP = 'kas-fleet-manager';

function kasWorld(switches: Readonly<Record<string, unknown>> = {}) {
  const clock = new VirtualClock();
  const store = new MemoryStore({ now: () => clock.now() });
  const spec = readWorldSpec({ preset: APP, years: 0.5, ...switches });
  const onError = (error: unknown) => {
    throw error;
  };
  const world = createWorld({ spec, store, clock, onError });
  world.start();
  for (const namespace of spec.namespaces) seedAccess(store, namespace, spec.operator);
  clock.advance(50);
  const { kas } = world;
  if (kas === undefined) throw new Error('this world has no KAS Fleet Manager');
  const pods = (environment: Environment) => store.list(PODS, kasNamespace(environment));
  return {
    world,
    kas,
    clock,
    store,
    spec,
    pods,
    seconds: (count: number) => clock.advance(count * 1000),
    image: (environment: Environment) =>
      pods(environment).map((pod) => pod.spec.containers[0].image.split(':')[1]),
    /** The promotion `back` places before the newest one. */
    version: (environment: Environment, back: number) => kas.promoted(environment).at(-1 - back) ?? '',
    roll(environment: Environment, sha: string) {
      store.mutate(DEPLOYMENTS, kasNamespace(environment), APP, (draft) => {
        const { containers, initContainers } = draft.spec.template.spec;
        containers[0].image = `${KAS_IMAGE}:${sha.slice(0, 7)}`;
        initContainers[0].image = `${KAS_IMAGE}:${sha.slice(0, 7)}`;
      });
    },
    ask(request: Partial<ProxyRequest> & { readonly path: string }) {
      const { delayMs: _delay, ...answer } = world.proxy.request({
        through: 'services',
        namespace: kasNamespace('production'),
        name: APP,
        port: '8000',
        scheme: 'https',
        method: 'GET',
        ...request,
      });
      return answer;
    },
    async query(text: string): Promise<number[]> {
      const url = `http://prometheus/api/v1/query?${new URLSearchParams({ query: text })}`;
      const response = await world.prometheusHandler?.(new Request(url));
      const body = (await response?.json()) as { data: { result: { value: [number, string] }[] } };
      return body.data.result.map(({ value }) => Number(value[1]));
    },
  };
}

const RATIO = (environment: Environment) =>
  `sum(rate(api_inbound_request_count{job="kas-fleet-manager-metrics",namespace="${kasNamespace(environment)}",path!~".*federate$",code=~"5.."}[1m])) / sum(rate(api_inbound_request_count{job="kas-fleet-manager-metrics",namespace="${kasNamespace(environment)}",path!~".*federate$"}[1m]))`;
const LATENCY = (environment: Environment, quantile: number) =>
  `histogram_quantile(${quantile}, sum by (le) (rate(api_inbound_request_duration_bucket{job="kas-fleet-manager-metrics",namespace="${kasNamespace(environment)}",code!~"5.."}[1m])))`;

describe('KAS Fleet Manager at the start', () => {
  test.each(['production', 'stage'] as const)(
    'runs in %s what git says, migrated and ready',
    (environment) => {
      const world = kasWorld();
      const tag = world.version(environment, 0).slice(0, 7);
      expect(world.image(environment)).toEqual([tag, tag, tag]);
      for (const pod of world.pods(environment)) {
        expect(isReady(pod)).toBe(true);
        expect(pod.status.initContainerStatuses[0].state.terminated).toMatchObject({ exitCode: 0 });
        expect(pod.status.containerStatuses.map((item: { name: string }) => item.name)).toEqual([
          'service',
          'envoy-sidecar',
        ]);
      }
    },
  );

  test('may run what git said before', () => {
    const world = kasWorld({ served: 'previous' });
    expect(world.image('production')[0]).toBe(world.version('production', 1).slice(0, 7));
    expect(world.image('stage')[0]).toBe(world.version('stage', 0).slice(0, 7));
  });

  test('stays as it is while nobody does anything', () => {
    const world = kasWorld({ prometheus: false });
    const before = world.store.revision;
    world.seconds(60);
    expect(world.store.revision).toBe(before);
  });

  test('lets the operator look and ask, and change nothing', () => {
    const { store } = kasWorld();
    const may = (verb: string, resource: string, subresource?: string) =>
      authorize(
        store,
        { name: 'operator', token: '' },
        {
          verb,
          group: resource === 'deployments' ? 'apps' : '',
          resource,
          namespace: 'managed-services-stage',
          ...(subresource === undefined ? {} : { subresource }),
        },
      ).allowed;
    expect([may('list', 'pods'), may('get', 'services', 'proxy'), may('get', 'pods', 'proxy')]).toEqual([
      true,
      true,
      true,
    ]);
    expect([may('patch', 'deployments'), may('delete', 'pods')]).toEqual([false, false]);
  });
});

describe('its answers', () => {
  test('name the whole SHA of the version, through the Service and through each pod', () => {
    const world = kasWorld();
    const path = '/api/kafkas_mgmt/v1';
    const expected = { kind: 'APIVersion', id: 'v1', server_version: world.version('production', 0) };
    expect(JSON.parse(world.ask({ path }).body)).toMatchObject(expected);
    for (const { metadata } of world.pods('production')) {
      const answer = world.ask({ path, through: 'pods', name: metadata.name });
      expect(JSON.parse(answer.body)).toMatchObject(expected);
    }
  });

  test('of the health check are empty', () => {
    const answer = kasWorld().ask({ path: '/healthcheck', name: `${APP}-healthcheck`, port: '8083' });
    expect(answer).toMatchObject({ status: 200, body: '{}\n' });
  });

  test('without TLS are refused, as its ports speak nothing else', () => {
    expect(kasWorld().ask({ path: '/api/kafkas_mgmt/v1', scheme: 'http' })).toMatchObject({ status: 400 });
  });
});

describe('its metrics', () => {
  test('are bad where the bad version runs, and well once another does', async () => {
    const world = kasWorld();
    world.seconds(10);
    expect((await world.query(RATIO('production')))[0]).toBeGreaterThan(0.1);
    expect((await world.query(LATENCY('production', 0.99)))[0]).toBeGreaterThan(2);
    expect((await world.query(RATIO('stage')))[0]).toBeLessThan(0.01);
    world.roll('production', world.version('production', 1));
    world.seconds(150);
    expect((await world.query(RATIO('production')))[0]).toBeLessThan(0.01);
    expect((await world.query(LATENCY('production', 0.99)))[0]).toBeLessThan(1);
    expect((await world.query(LATENCY('production', 0.9)))[0]).toBeLessThan(0.1);
  });

  test('name one leader for each worker', async () => {
    const world = kasWorld();
    world.seconds(10);
    const leaders = await world.query(
      'sum by (namespace, worker_type) (kas_fleet_manager_leader_worker{job="kas-fleet-manager-metrics"})',
    );
    expect(leaders).toEqual(Array.from({ length: 8 }, () => 1));
  });
});

describe('rolled back', () => {
  test('over no migration, every pod migrates first and then serves the version', () => {
    const world = kasWorld();
    const target = world.version('production', 1);
    world.roll('production', target);
    world.seconds(1);
    const fresh = world.pods('production').find((pod) => !isReady(pod));
    expect(fresh?.status.phase).toBe('Pending');
    world.seconds(40);
    expect(world.image('production')).toEqual(Array.from({ length: 3 }, () => target.slice(0, 7)));
    expect(world.pods('production').every(isReady)).toBe(true);
  });

  test.each(['kafka', 'connector', 'policy'])(
    'over a blocking migration of %s, the first new pod never gets past it',
    (migrationPath) => {
      const world = kasWorld({ release: { migration: 'blocking', migrationPath }, prometheus: false });
      const target = world.version('production', 1);
      world.roll('production', target);
      world.seconds(90);
      const stuck = world.pods('production').filter((pod) => !isReady(pod));
      expect(stuck).toHaveLength(1);
      expect(stuck[0]?.status.initContainerStatuses[0]).toMatchObject({
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 1 } },
      });
      expect(world.pods('production').filter(isReady)).toHaveLength(3);
      const { namespace = '', name } = stuck[0]?.metadata ?? { name: '' };
      const lines = world.world.logs.lines({ namespace, pod: name, container: 'migration', previous: false });
      expect(lines?.map(({ text }) => text).join('\n')).toContain('placement_id');
    },
  );

  test('over a compatible migration, all is well', () => {
    const world = kasWorld({ release: { migration: 'compatible' }, prometheus: false });
    world.roll('production', world.version('production', 1));
    world.seconds(40);
    expect(world.pods('production').every(isReady)).toBe(true);
  });

  test('over a blocking one that only shows in the answers, errors go on', async () => {
    const world = kasWorld({ release: { migration: 'blocking' }, tooOld: 'serves-errors' });
    world.roll('production', world.version('production', 1));
    world.seconds(150);
    expect(world.pods('production').every(isReady)).toBe(true);
    expect((await world.query(RATIO('production')))[0]).toBeGreaterThan(0.5);
  });

  test('before the newest version was ever deployed, its migration is no obstacle', () => {
    const world = kasWorld({ release: { migration: 'blocking' }, served: 'previous', prometheus: false });
    world.roll('production', world.version('production', 1));
    world.seconds(40);
    expect(world.pods('production').every(isReady)).toBe(true);
  });

  test('to a version without an image, the pull fails', () => {
    const world = kasWorld({ prometheus: false });
    world.roll('production', 'f'.repeat(40));
    world.seconds(20);
    const waiting = world.pods('production').filter((pod) => !isReady(pod));
    expect(waiting[0]?.status.containerStatuses[0].state.waiting.reason).toMatch(/Image/);
  });
});
