import { expect, test } from 'vitest';
import { buildRunbook } from './fixtures/build-runbook.ts';
import { ScriptedWorld } from './fixtures/scripted-world.ts';
import { Stage } from './fixtures/stage.ts';

test('the end names what was not checked or left out, with the reason, and counts the rest', async () => {
  const look = { uses: 'test/get', with: { object: 'b' } };
  const stage = new Stage({
    world: new ScriptedWorld({ a: '0', b: '0', c: '0' })
      .break('plan', 'a', 'unavailable', 'unavailable')
      .break('plan', 'c', 'unavailable'),
    runbook: buildRunbook([
      { id: 'first', uses: 'test/get', with: { object: 'a' } },
      { id: 'second', uses: 'test/get', with: { object: 'a' } },
      { id: 'third', uses: 'test/get', with: { object: 'c' } },
      { id: 'never', ...look, conditions: [{ scope: '', expression: '1 == 2' }] },
      { id: 'by-hand', uses: 'task', with: { instructions: 'Look.' } },
      { id: 'where', ...look },
    ]),
  });
  for (const [step, reason] of [
    ['first', 'nothing is there.'],
    ['second', 'nothing is there.'],
    ['third', 'seen on the dashboard'],
    ['by-hand', 'no time'],
  ] as const) {
    await stage.question();
    await stage.ask({ type: 'skip-step', step, reason });
  }
  await stage.idle();
  expect(stage.state.steps.never).toMatchObject({
    state: 'skipped',
    why: 'condition',
    reason: 'not needed, as its condition does not hold: 1 == 2',
  });
  expect(stage.state.end?.summary).toBe(
    '1 of 6 steps done, 1 not needed; ' +
      'not checked, as it was not available: first, second (nothing is there); third (seen on the dashboard); ' +
      'skipped: by-hand (no time)',
  );
});
