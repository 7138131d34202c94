import { describe, expect, test } from 'vitest';
import { buildRunbook } from './fixtures/build-runbook.ts';
import { ScriptedWorld } from './fixtures/scripted-world.ts';
import { agreeable, Stage } from './fixtures/stage.ts';

describe('the straight path', () => {
  test('plans, asks, writes, proves, and goes on to the end', async () => {
    const stage = new Stage({
      world: new ScriptedWorld({ colour: 'green' }),
      runbook: buildRunbook([
        { id: 'look', uses: 'test/get', with: { object: 'colour' } },
        {
          id: 'switch',
          uses: 'test/set',
          with: { object: 'colour', to: 'blue' },
          title: 'From ${{ steps.look.outputs.value }}',
        },
      ]),
    });
    await stage.play(agreeable);
    expect(stage.state.end).toMatchObject({ outcome: 'succeeded', summary: '2 of 2 steps done' });
    expect(stage.world.read('colour').value).toBe('blue');
    expect(stage.types).toEqual([
      'session-started',
      'step-planned',
      'step-started',
      'step-output',
      'step-verifying',
      'step-observed',
      'step-succeeded',
      'texts-rendered',
      'step-planned',
      'step-confirmed',
      'step-started',
      'step-output',
      'step-verifying',
      'step-observed',
      'step-verified',
      'step-succeeded',
      'session-ended',
    ]);
    expect(stage.state.titles).toEqual({ switch: 'From green' });
    await stage.runner.done;
  });

  test('says what it waits for, with what is known filled in, and for how long', async () => {
    const stage = new Stage({
      world: new ScriptedWorld({ colour: 'green' }),
      runbook: buildRunbook([
        { id: 'look', uses: 'test/get', with: { object: 'colour' } },
        {
          id: 'switch',
          uses: 'test/set',
          with: { object: 'colour', to: 'blue' },
          verify: { for: '5s', within: '1m', says: 'no longer ${{ steps.look.outputs.value }}' },
        },
      ]),
    });
    await stage.play(agreeable);
    expect(
      stage.events.find((event) => event.type === 'step-verifying' && event.step === 'switch'),
    ).toMatchObject({
      aim: { says: 'no longer green', forMs: 5000, withinMs: 60_000 },
    });
    await stage.runner.done;
  });
});
