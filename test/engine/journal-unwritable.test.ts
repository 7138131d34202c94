import { describe, expect, test } from 'vitest';
import type { Event } from '../../src/engine/event.ts';
import { buildRunbook } from './fixtures/build-runbook.ts';
import { ScriptedWorld } from './fixtures/scripted-world.ts';
import { agreeable, Stage } from './fixtures/stage.ts';

const runbook = buildRunbook([
  { id: 'look', uses: 'test/get', with: { object: 'a' } },
  { id: 'change', uses: 'test/set', with: { object: 'a', to: '1' }, verify: { for: 5000 } },
]);

/** The disk is full when the journal is to hold this event; once only: the engine must remember. */
function fullAt(type: Event['type'], skip = 0) {
  const world = new ScriptedWorld({ a: '0' });
  let left = skip;
  let failed = false;
  const stage = new Stage({
    runbook,
    world,
    beforeAppend(drafts) {
      if (failed || !drafts.some((draft) => draft.type === type) || left-- > 0) return;
      failed = true;
      throw new Error('The journal cannot be written (ENOSPC).');
    },
  });
  return { stage, world };
}

describe('a journal that cannot be written', () => {
  test.each([
    ['step-started', 1],
    ['step-planned', 1],
    ['step-confirmed', 0],
  ] as const)('at %s stops the session before the effect', async (type, skip) => {
    const { stage, world } = fullAt(type, skip);
    await stage.play(agreeable).catch((error) => expect(error.message).toContain('ENOSPC'));
    await expect(stage.runner.done).rejects.toThrow('ENOSPC');
    expect(world.writes).toEqual([]);
    expect(stage.state.seq).toBe(stage.events.length);
  });

  test('after the effect leaves the step for the probe of the next session', async () => {
    const { stage, world } = fullAt('step-verifying', 1);
    await stage.play(agreeable);
    await expect(stage.runner.done).rejects.toThrow('ENOSPC');
    expect(stage.events.at(-1)?.type).toBe('step-output');
    const resumed = new Stage({ runbook, world, resume: stage.events });
    expect(await resumed.question()).toMatchObject({ for: 'interrupted', step: { landed: 'yes' } });
  });

  test('when output comes lets the write finish, and then stops', async () => {
    const { stage, world } = fullAt('step-output', 1);
    await stage.play(agreeable);
    await expect(stage.runner.done).rejects.toThrow('ENOSPC');
    expect(world.writes).toHaveLength(1);
    expect(stage.types).not.toContain('step-failed');
  });

  test('in the middle of a window ends it', async () => {
    const { stage } = fullAt('step-succeeded', 1);
    await stage.play(agreeable);
    await expect(stage.runner.done).rejects.toThrow('ENOSPC');
    expect(stage.state.steps.change?.state).toBe('verifying');
  });

  test('refuses every intent with the reason, and stop comes back', async () => {
    const { stage } = fullAt('note-added');
    await stage.question();
    const answer = await stage.ask({ type: 'add-note', text: 'hello' });
    expect(answer).toEqual({ ok: false, message: 'The journal cannot be written (ENOSPC).' });
    expect((await stage.ask({ type: 'add-note', text: 'again' })).ok).toBe(false);
    await expect(stage.runner.done).rejects.toThrow('ENOSPC');
    await stage.runner.stop('over');
    expect(stage.types).not.toContain('session-paused');
  });
});
