import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  newSetReplicas,
  oldSetReplicas,
  proportionalReplicas,
  rolloutLimits,
} from '../../../src/sandbox/kubernetes/controllers/deployment-arithmetic.ts';

describe('limits of a rollout', () => {
  test.each([
    [{ maxSurge: '25%', maxUnavailable: '25%' }, 3, { maxSurge: 1, maxUnavailable: 0 }],
    [{ maxSurge: '25%', maxUnavailable: '25%' }, 10, { maxSurge: 3, maxUnavailable: 2 }],
    [{ maxSurge: 0, maxUnavailable: '10%' }, 3, { maxSurge: 0, maxUnavailable: 1 }],
    [{ maxSurge: 2, maxUnavailable: 0 }, 3, { maxSurge: 2, maxUnavailable: 0 }],
    [{ maxSurge: 0, maxUnavailable: 9 }, 3, { maxSurge: 0, maxUnavailable: 3 }],
  ])('%j of %i replicas', (strategy, replicas, limits) => {
    expect(rolloutLimits(strategy, replicas)).toEqual(limits);
  });
});

describe('one step of a rolling update', () => {
  const limits = { maxSurge: 1, maxUnavailable: 0 };

  test('begins with as many new pods as may be surplus', () => {
    const old = [{ name: 'old', wanted: 3, available: 3 }];
    expect(newSetReplicas({ name: 'new', wanted: 0, available: 0 }, old, 3, limits)).toBe(1);
  });

  test('takes an old pod away only once a new one is available', () => {
    const old = [{ name: 'old', wanted: 3, available: 3 }];
    const waiting = oldSetReplicas({ name: 'new', wanted: 1, available: 0 }, old, 3, limits);
    const arrived = oldSetReplicas({ name: 'new', wanted: 1, available: 1 }, old, 3, limits);
    expect([waiting.get('old'), arrived.get('old')]).toEqual([3, 2]);
  });

  test('gives up what is not available anyway first', () => {
    const old = [
      { name: 'older', wanted: 2, available: 2 },
      { name: 'broken', wanted: 2, available: 0 },
    ];
    const left = oldSetReplicas({ name: 'new', wanted: 2, available: 2 }, old, 4, limits);
    expect(Object.fromEntries(left)).toEqual({ older: 2, broken: 0 });
  });

  const size = fc.integer({ min: 0, max: 30 });
  const set = fc
    .tuple(size, size)
    .map(([wanted, available]) => ({ wanted, available: Math.min(wanted, available) }));

  test('never makes more than replicas + maxSurge, never takes away what must stay available', () => {
    fc.assert(
      fc.property(
        set,
        fc.array(set, { maxLength: 4 }),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 0, max: 8 }),
        fc.integer({ min: 0, max: 8 }),
        (newest, olds, replicas, maxSurge, maxUnavailable) => {
          const bounds = rolloutLimits({ maxSurge, maxUnavailable }, replicas);
          const fresh = { name: 'new', ...newest };
          const old = olds.map((item, index) => ({ name: `old-${index}`, ...item }));
          const before = fresh.wanted + old.reduce((total, item) => total + item.wanted, 0);
          const after = newSetReplicas(fresh, old, replicas, bounds);
          const grown = before - fresh.wanted + after;
          if (after > fresh.wanted) expect(grown).toBeLessThanOrEqual(replicas + bounds.maxSurge);

          const left = oldSetReplicas(fresh, old, replicas, bounds);
          const available = fresh.available + old.reduce((total, item) => total + item.available, 0);
          const kept =
            fresh.available +
            old.reduce((total, item) => total + Math.min(item.available, left.get(item.name) ?? 0), 0);
          expect(kept).toBeGreaterThanOrEqual(Math.min(available, replicas - bounds.maxUnavailable));
          for (const item of old) expect(left.get(item.name)).toBeLessThanOrEqual(item.wanted);
        },
      ),
    );
  });
});

test('a change of size is spread in proportion and adds up', () => {
  const sets = [
    { name: 'a', wanted: 8, annotatedMaximum: 12 },
    { name: 'b', wanted: 4, annotatedMaximum: 12 },
  ];
  const spread = proportionalReplicas(sets, 18);
  expect(Object.fromEntries(spread)).toEqual({ a: 12, b: 6 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 60 }), (allowed) => {
      const total = [...proportionalReplicas(sets, allowed).values()].reduce((sum, count) => sum + count, 0);
      expect(total).toBe(allowed);
    }),
  );
});
