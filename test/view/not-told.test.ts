import { expect, test } from 'vitest';
import { faceOf } from '../../src/view/rows/step-face.ts';
import { summaryRows } from '../../src/view/rows/summary-rows.ts';
import { buildRunbook } from '../engine/fixtures/build-runbook.ts';
import { ScriptedWorld } from '../engine/fixtures/scripted-world.ts';
import { agreeable, Stage } from '../engine/fixtures/stage.ts';

test('who could not be told is no failure of the session, and is named at its end', async () => {
  const notice = { uses: 'test/add', notifies: true, onFailure: { action: 'continue' } } as const;
  const stage = await new Stage({
    world: new ScriptedWorld({ a: '0', b: '0', c: '0' })
      .break('run', 'a', 'fails')
      .break('plan', 'b', 'unavailable'),
    runbook: buildRunbook([
      { id: 'slack', ...notice, with: { object: 'a', by: 1 } },
      { id: 'teams', ...notice, with: { object: 'b', by: 1 } },
      { id: 'look', uses: 'test/get', with: { object: 'c' } },
    ]),
  }).play(agreeable);
  const text = summaryRows(stage.state, '/state', 80)
    .map((row) => row.map((span) => span.text).join(''))
    .join('\n');
  expect(text).toMatch(/SUCCEEDED/);
  expect(text).toMatch(/Not told\n.*slack\n.*a is not well\.\n.*teams\n.*b is not configured/);
  expect(text).not.toMatch(/^(?:Failed|Not checked)$/m);
  for (const id of ['slack', 'teams']) {
    const step = stage.state.steps[id];
    expect(step && faceOf(stage.state, step, 0)).toMatchObject({ tone: 'warn', word: 'not told' });
  }
});
