import { describe, expect, test } from 'vitest';
import { authorize } from '../../../src/sandbox/kubernetes/rbac.ts';
import type { RequestAttributes } from '../../../src/sandbox/kubernetes/world-interfaces.ts';
import { controlHandler } from '../../../src/sandbox/world/control.ts';
import { isReady, SMALL, testWorld } from './test-world.ts';

const GET: RequestAttributes = {
  user: 'operator',
  verb: 'get',
  group: 'apps',
  resource: 'deployments',
  namespace: 'banking-app',
  name: 'web',
  dryRun: false,
};

function faulty(when: unknown, ...actions: unknown[]) {
  return testWorld({ ...SMALL, faults: [{ id: 'f', when, actions }] });
}

describe('a fault set off by requests', () => {
  test.each([
    [{ do: 'respond', code: 403 }, { respond: { code: 403, reason: 'Forbidden' } }],
    [
      { do: 'respond', code: 429, retryAfterSeconds: 3 },
      { respond: { code: 429, reason: 'TooManyRequests', details: { retryAfterSeconds: 3 } } },
    ],
    [
      { do: 'respond', code: 500, message: 'etcd is slow' },
      { respond: { code: 500, message: 'etcd is slow' } },
    ],
    [{ do: 'delay', seconds: 2 }, { delayMs: 2000 }],
    [{ do: 'drop-connection' }, { drop: true }],
    [{ do: 'drop-answer' }, { dropAnswer: true }],
  ])('%j answers %j', (action, answer) => {
    const { world } = faulty({ request: { resource: 'deployments' } }, action);
    expect(world.faults.intercept(GET)).toMatchObject(answer);
  });

  test.each([
    [{}, [true, false, false]],
    [{ nth: 2 }, [false, true, false]],
    [{ count: 2 }, [true, true, false]],
    [{ nth: 2, count: 'always' }, [false, true, true]],
    [{ user: 'viewer' }, [false, false, false]],
    [{ verb: 'get', name: 'web', dryRun: false }, [true, false, false]],
    [{ subresource: 'scale' }, [false, false, false]],
  ])('with %j hits %j', (request, hits) => {
    const { world } = faulty({ request }, { do: 'drop-connection' });
    expect(hits.map(() => world.faults.intercept(GET) !== undefined)).toEqual(hits);
  });
});

describe('a fault set off by the clock', () => {
  test('cuts the watches and refuses new ones for a while', () => {
    const { world, seconds } = faulty(
      { after: 5 },
      { do: 'cut-watches', refuseSeconds: 3 },
      { do: 'expire-history' },
    );
    const done: string[] = [];
    world.faults.attach?.({ cut: () => done.push('cut'), expire: () => done.push('expire') });
    const watch = { ...GET, verb: 'watch' };
    expect(world.faults.intercept(watch)).toBeUndefined();
    seconds(5);
    expect(done).toEqual(['cut', 'expire']);
    expect(world.faults.intercept(watch)).toEqual({ drop: true });
    expect(world.faults.intercept(GET)).toBeUndefined();
    seconds(3);
    expect(world.faults.intercept(watch)).toBeUndefined();
  });

  test('makes a Deployment fail and another one heal it', () => {
    const world = testWorld({
      ...SMALL,
      faults: [
        { id: 'ill', when: { after: 5 }, actions: [{ do: 'set-health', deployment: 'web', health: 503 }] },
        { id: 'well', when: { after: 30 }, actions: [{ do: 'set-health', deployment: 'web', health: 200 }] },
      ],
    });
    world.seconds(20);
    expect(world.pods().filter(isReady)).toEqual([]);
    world.seconds(20);
    expect(world.pods().filter(isReady)).toHaveLength(3);
  });

  test('kills pods, which come back under other names', () => {
    const world = faulty({ after: 5 }, { do: 'kill-pods', deployment: 'web', count: 2 });
    const before = new Set(world.pods().map((pod) => pod.metadata.name));
    world.seconds(20);
    const kept = world.pods().filter((pod) => before.has(pod.metadata.name));
    expect([kept.length, world.pods().filter(isReady).length]).toEqual([1, 3]);
  });
});

test('a permission may be withdrawn for one object alone', () => {
  const world = testWorld({
    preset: 'banking-app',
    faults: [
      {
        id: 'f',
        when: { after: 1 },
        actions: [
          {
            do: 'withdraw-permission',
            user: 'operator',
            verbs: ['patch'],
            resource: 'services',
            name: 'backend-service',
          },
        ],
      },
    ],
  });
  world.seconds(2);
  const may = (verb: string, name: string) =>
    authorize(
      world.store,
      { name: 'operator', token: '' },
      { verb, group: '', resource: 'services', namespace: 'banking-app', name },
    ).allowed;
  expect([may('patch', 'backend-service'), may('patch', 'frontend-service')]).toEqual([false, true]);
  expect([may('update', 'backend-service'), may('get', 'backend-service')]).toEqual([true, true]);
});

test('only an administrator may read what was fired', async () => {
  const { world } = faulty({ request: {} }, { do: 'drop-connection' });
  world.faults.intercept(GET);
  const users = [
    { name: 'admin', token: 'a', groups: ['system:masters'] },
    { name: 'operator', token: 'o' },
  ];
  const ask = async (token: string, path = '/sandbox/faults') => {
    const request = new Request(`http://sandbox${path}`, { headers: { authorization: `Bearer ${token}` } });
    return controlHandler(world, users)(request);
  };
  expect((await ask('o')).status).toBe(401);
  expect((await ask('a', '/sandbox')).status).toBe(404);
  expect(await (await ask('a')).json()).toEqual({
    faults: [
      {
        id: 'f',
        time: '2026-01-12T10:00:00.050Z',
        actions: ['drop-connection'],
        request: 'get deployments/web by operator',
      },
    ],
  });
});
