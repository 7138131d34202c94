import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { observeThrough, windowFrom } from '../../src/engine/observe.ts';
import { PortFailure } from '../../src/ports/failure.ts';
import { type Observation, StepFailure, type Window } from '../../src/steps/step-kind.ts';
import { FakeClock } from '../fakes/fake-clock.ts';

const holding = (holds: boolean, summary = holds ? 'well' : 'ill'): Observation => ({
  holds,
  summary,
  evidence: [],
  outputs: {},
});

/** Looks at a list, one item each second; the last one stays. */
function watch(
  seen: readonly (boolean | Error | Observation | 'silence')[],
  window: Partial<Window>,
  signal = new AbortController().signal,
) {
  const clock = new FakeClock(0);
  const changes: string[] = [];
  let looks = 0;
  const look = async (): Promise<Observation> => {
    const item = seen[Math.min(looks++, seen.length - 1)];
    if (item === 'silence') return new Promise(() => undefined);
    if (item instanceof Error) throw item;
    return typeof item === 'boolean' ? holding(item) : (item ?? holding(false));
  };
  const whole: Window = { forMs: 0, withinMs: 10_000, everyMs: 1000, ...window };
  const result = observeThrough(look, whole, clock, signal, (change) =>
    changes.push(`${change.holds ? '+' : '-'} ${change.summary}`),
  );
  return { clock, changes, done: clock.runUntil(result), looks: () => looks };
}

const timeout = new PortFailure('No answer.', { reason: 'timeout' });

describe('a window', () => {
  test.each([3_600_000, -3_600_000])(
    'is as long as it is, though somebody sets the time by %d ms',
    async (byMs) => {
      const clock = new FakeClock();
      const began = clock.elapsed();
      const window = { forMs: 5_000, withinMs: 20_000, everyMs: 1_000 };
      const look = async () => {
        if (clock.elapsed() - began === 2_000) clock.setTime(byMs);
        return holding(true);
      };
      await clock.runUntil(
        observeThrough(look, window, clock, new AbortController().signal, () => undefined),
      );
      expect(clock.elapsed() - began).toBe(5_000);
    },
  );

  test('is over as soon as it holds, when nothing more is asked', async () => {
    const { done, clock, changes } = watch([false, false, true], {});
    expect((await done).summary).toBe('well');
    expect(clock.now()).toBe(2000);
    expect(changes).toEqual(['- ill', '+ well']);
  });

  test('begins anew when it breaks', async () => {
    const { done, clock } = watch([true, true, false, true], { forMs: 3000 });
    await done;
    expect(clock.now()).toBe(6000);
  });

  test('begins anew when nothing could be seen: not knowing is not holding', async () => {
    const { done, clock, changes } = watch([true, true, timeout, true], { forMs: 3000 });
    await done;
    expect(clock.now()).toBe(6000);
    expect(changes).toEqual(['+ well', '- No answer.', '+ well']);
  });

  test('gives what holds at the deadline the time to prove it', async () => {
    const held = watch([...Array(10).fill(false), true], { forMs: 3000 });
    await held.done;
    expect(held.clock.now()).toBe(13_000);
  });

  test('does not give it again when it breaks after the deadline', async () => {
    const broken = watch([...Array(10).fill(false), true, true, false, true], { forMs: 3000 });
    await expect(broken.done).rejects.toThrow('Not reached within 10 s: ill');
  });

  test('closes with what was seen last', async () => {
    const { done, clock } = watch([false], {});
    await expect(done).rejects.toThrow(StepFailure);
    await expect(done).rejects.toThrow('Not reached within 10 s: ill');
    expect(clock.now()).toBe(10_000);
  });

  test('ends at once when waiting is hopeless', async () => {
    const { done, clock } = watch([false, { ...holding(false), hopeless: 'It will never come.' }], {});
    await expect(done).rejects.toThrow('It will never come.');
    expect(clock.now()).toBe(1000);
  });

  test.each(['forbidden', 'unauthorized', 'invalid', 'tls', 'read-only'] as const)(
    'ends at once on %s, which does not pass',
    async (reason) => {
      const { done, looks } = watch([new PortFailure('No.', { reason })], {});
      await expect(done).rejects.toMatchObject({ reason });
      expect(looks()).toBe(1);
    },
  );

  test('closes in time although a look never answers', async () => {
    const { done, clock } = watch([false, 'silence'], { withinMs: 100_000 });
    await expect(done).rejects.toThrow('Not reached within 100 s: No answer within 99 s');
    expect(clock.now()).toBe(100_000);
  });

  test('stops at once when it is aborted, even in a look that does not listen', async () => {
    const aborted = new AbortController();
    const { done } = watch(['silence'], {}, aborted.signal);
    aborted.abort(new PortFailure('Enough.', { reason: 'cancelled' }));
    await expect(done).rejects.toThrow('Enough.');
  });

  test('never succeeds unless every look of the last `for` held', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.boolean(), fc.constant(timeout)), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 0, max: 8 }),
        async (seen, seconds) => {
          const { done, looks, clock } = watch(seen, { forMs: seconds * 1000, withinMs: 20_000 });
          const ended = await done.then(
            () => 'held',
            () => 'not',
          );
          const looked = Array.from({ length: looks() }, (_, at) => seen[Math.min(at, seen.length - 1)]);
          const tail = looked.slice(-(seconds + 1));
          expect(clock.now()).toBeLessThanOrEqual(20_000 + seconds * 1000);
          if (ended === 'held') expect(tail).toEqual(Array(seconds + 1).fill(true));
          else expect(tail.length <= seconds || tail.some((item) => item !== true)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('is long enough for what it asks to hold', () => {
    expect(windowFrom({ withinMs: 1000 }, undefined, { forMs: 5000 })).toEqual({
      forMs: 5000,
      withinMs: 5000,
      everyMs: 1000,
    });
  });
});
