import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { patched } from '../../src/engine/patched.ts';
import { replay } from '../../src/engine/reduce.ts';
import { buildRunbook } from './fixtures/build-runbook.ts';
import { ScriptedWorld } from './fixtures/scripted-world.ts';
import { Stage } from './fixtures/stage.ts';

/** A list that counts how often one of its items is looked at. */
function counted<T>(items: readonly T[]) {
  let looks = 0;
  const list = new Proxy(items, {
    get(target, key, receiver) {
      if (typeof key === 'string' && /^\d+$/.test(key)) looks += 1;
      return Reflect.get(target, key, receiver);
    },
  });
  return { list, looks: () => looks };
}

/** How often a run looks at the runbook's list of steps. */
async function looksOf(count: number): Promise<{ looks: number; stage: Stage }> {
  const runbook = buildRunbook(
    Array.from({ length: count }, (_, place) => ({
      id: `s${place}`,
      uses: 'test/get',
      with: { object: 'a' },
      title: place === 0 ? 'First' : `After \${{ steps.s${place - 1}.outputs.value }}`,
    })),
  );
  const { list, looks } = counted(runbook.steps);
  const stage = new Stage({ runbook: { ...runbook, steps: list }, world: new ScriptedWorld({ a: '1' }) });
  await stage.play(() => undefined);
  expect(stage.state.end?.summary).toBe(`${count} of ${count} steps done`);
  return { looks: looks(), stage };
}

describe('a long runbook', () => {
  test('costs four times as much when it is four times as long', async () => {
    const short = await looksOf(250);
    const long = await looksOf(1000);
    expect(long.looks / short.looks).toBeLessThan(5);
    expect(long.stage.state.titles.s999).toBe('After 1');
  });

  test('of ten thousand steps is folded from its journal without a copy of everything at each event', async () => {
    const count = 10_000;
    const runbook = buildRunbook(
      Array.from({ length: count }, (_, place) => ({ id: `s${place}`, uses: 'task' })),
    );
    const time = '2026-01-01T00:00:00.000Z';
    const world = { mode: 'incident' } as const;
    const begun = {
      seq: 1,
      time,
      type: 'session-started',
      session: 's',
      runbook,
      inputs: {},
      world,
      version: '0',
    } as const;
    const skipped = runbook.steps.map(
      ({ id }, place) =>
        ({ seq: place + 2, time, type: 'step-skipped', step: id, reason: 'x', by: 'policy' }) as const,
    );
    const began = performance.now();
    const state = replay([begun, ...skipped]);
    // Copying would take half a minute; this leaves a slow machine twenty times what it needs.
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(state?.current).toBeUndefined();
    expect(Object.values(state?.steps ?? {}).every((step) => step.state === 'skipped')).toBe(true);
  });
});

describe('a patched record', () => {
  test('is what a copy would be, whatever its size, and leaves what it came from alone', () => {
    const keys = Array.from({ length: 600 }, (_, place) => `k${place}`);
    const original = Object.fromEntries(keys.map((key) => [key, 0]));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...keys, 'new', 'newer'), fc.nat()), { maxLength: 80 }),
        (changes) => {
          let record: Readonly<Record<string, number>> = original;
          let copy: Readonly<Record<string, number>> = original;
          for (const [key, value] of changes) {
            const before = { ...record };
            const next = patched(record, { [key]: value });
            expect({ ...record }).toEqual(before);
            record = next;
            copy = { ...copy, [key]: value };
            expect(record[key]).toBe(value);
          }
          expect(record).toEqual(copy);
          expect(JSON.stringify(record)).toBe(JSON.stringify(copy));
          expect(Object.keys(record)).toEqual(Object.keys(copy));
          expect('toString' in record).toBe(true);
        },
      ),
      { numRuns: 20 },
    );
  });
});
