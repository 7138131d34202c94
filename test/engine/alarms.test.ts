import { describe, expect, test } from 'vitest';
import type { Sighting } from '../../src/engine/event.ts';
import { replay } from '../../src/engine/reduce.ts';
import { buildRunbook } from './fixtures/build-runbook.ts';
import { ScriptedWorld } from './fixtures/scripted-world.ts';
import { agreeable, Stage } from './fixtures/stage.ts';

const figure = { figure: 'errors', source: 'prometheus', unit: 'percent' } as const;
const crossed: Sighting = { type: 'threshold-crossed', ...figure, value: 0.3, limit: 0.05, side: 'above' };
const cleared: Sighting = { type: 'threshold-cleared', ...figure, value: 0.001 };

const runbook = buildRunbook([{ id: 'change', uses: 'test/set', with: { object: 'a', to: '1' } }]);
const stageWith = (more: Partial<ConstructorParameters<typeof Stage>[0]> = {}) =>
  new Stage({ runbook, world: new ScriptedWorld({ a: '0' }), ...more });

describe('what is seen beside the steps', () => {
  test('is journalled with the step whose turn it is, and stands until it is over', async () => {
    const stage = stageWith();
    await stage.question();
    stage.runner.witness(crossed);
    expect(stage.events.at(-1)).toMatchObject({ ...crossed, step: 'change' });
    expect(stage.state.alarms).toEqual([
      { ...figure, value: 0.3, limit: 0.05, side: 'above', since: stage.events.at(-1)?.time },
    ]);
    expect(stage.state.steps.change?.state).toBe('awaiting-confirmation');
    stage.runner.witness({ ...crossed, figure: 'log', source: 'elasticsearch' });
    stage.runner.witness(cleared);
    expect(stage.state.alarms).toMatchObject([{ figure: 'log', source: 'elasticsearch' }]);
    expect(replay(stage.events)).toEqual(stage.state);
  });

  test('is in nobody’s way: the session goes on as if nothing had been seen', async () => {
    const stage = stageWith({
      onEvents(events, _state, runner) {
        if (events.some(({ type }) => type === 'step-started')) runner.witness(crossed);
      },
    });
    await stage.play(agreeable);
    expect(stage.state.end?.outcome).toBe('succeeded');
    expect(stage.state.alarms).toHaveLength(1);
    expect(replay(stage.events)).toEqual(stage.state);
  });

  test('is known again after a resume', async () => {
    const before = stageWith();
    await before.question();
    before.runner.witness(crossed);
    await before.runner.stop('lunch');
    const after = stageWith({ resume: before.events });
    expect(after.state.alarms).toMatchObject([{ figure: 'errors' }]);
  });

  test('is not journalled once the session is over or stopping', async () => {
    const stage = stageWith();
    await stage.play(agreeable);
    stage.runner.witness(crossed);
    expect(stage.types.at(-1)).toBe('session-ended');
    const paused = stageWith();
    await paused.question();
    await paused.runner.stop('lunch');
    paused.runner.witness(crossed);
    expect(paused.types.at(-1)).toBe('session-paused');
  });

  test('fails nothing when the journal cannot be written', async () => {
    const stage = stageWith({
      beforeAppend(drafts) {
        if (drafts.some(({ type }) => type === 'threshold-crossed')) throw new Error('ENOSPC');
      },
    });
    await stage.question();
    expect(() => stage.runner.witness(crossed)).not.toThrow();
    await expect(stage.runner.done).rejects.toThrow('ENOSPC');
  });
});
