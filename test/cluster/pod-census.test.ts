import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LivePod } from '../../src/cluster/live.ts';
import { worstPodFirst } from '../../src/cluster/order.ts';
import { PodCensus } from '../../src/cluster/pod-census.ts';

const pod = (name: string, more: Partial<LivePod> = {}): LivePod => ({
  name,
  workload: 'web',
  ready: true,
  status: 'Running',
  readyContainers: 1,
  containers: 1,
  restarts: 0,
  version: 'v1',
  ...more,
});

const pods = fc.record({
  name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  workload: fc.constantFrom('web', 'db'),
  ready: fc.boolean(),
  status: fc.constantFrom('Running', 'CrashLoopBackOff', 'Pending', 'Terminating', 'Completed'),
  restarts: fc.nat(3),
});
const changes = fc.array(fc.oneof(pods, fc.constantFrom('a', 'b', 'c')), { maxLength: 40 });

describe('a census of pods', () => {
  it('counts after any changes what one look at what is left would count', () => {
    fc.assert(
      fc.property(changes, fc.integer({ min: 1, max: 8 }), (all, most) => {
        const census = new PodCensus();
        const left = new Map<string, LivePod>();
        for (const change of all) {
          if (typeof change === 'string') {
            census.delete(change);
            left.delete(change);
          } else {
            const changed = pod(change.name, change);
            census.set(changed.name, changed);
            left.set(changed.name, changed);
          }
        }
        const expected = [...left.values()];
        expect(census.size).toBe(expected.length);
        expect(census.ready).toBe(expected.filter(({ ready }) => ready).length);
        expect(census.worst(most)).toEqual(expected.sort(worstPodFirst).slice(0, most));
        for (const name of ['web', 'db']) {
          const own = expected.filter(({ workload }) => workload === name);
          expect(census.workload(name).restarts).toBe(own.reduce((sum, { restarts }) => sum + restarts, 0));
          expect(census.workload(name).status === '').toBe(own.length === 0);
        }
      }),
    );
  });

  it('says the worst of a workload, and how often', () => {
    const census = new PodCensus();
    census.set('a', pod('a'));
    expect(census.workload('web').status).toBe('Running');
    census.set('b', pod('b', { status: 'CrashLoopBackOff', ready: false }));
    expect(census.workload('web').status).toBe('CrashLoopBackOff');
    census.set('c', pod('c', { status: 'CrashLoopBackOff', ready: false }));
    expect(census.workload('web').status).toBe('CrashLoopBackOff ×2');
    census.delete('b');
    census.delete('c');
    census.set('d', pod('d', { ready: false }));
    expect(census.workload('web').status).toBe('not ready');
    census.clear();
    expect([census.workload('web').status, census.size, census.ready]).toEqual(['', 0, 0]);
  });
});
