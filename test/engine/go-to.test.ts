import { describe, expect, test } from 'vitest';
import { inlineCalls } from '../../src/runbook/inline.ts';
import { buildRunbook } from './fixtures/build-runbook.ts';
import { ScriptedWorld } from './fixtures/scripted-world.ts';
import { agreeable, Stage } from './fixtures/stage.ts';

const get = (id: string, section: string) => ({ id, section, uses: 'test/get', with: { object: 'a' } });
const decision = (id: string, options: unknown) => ({
  id,
  section: 'choose',
  uses: 'decision',
  with: { message: 'Which way?', options } as never,
});

/** A choice, a section that is passed over, and a section that is nothing but a call of two sections. */
function caller(goTo: string) {
  const called = buildRunbook([get('look', 'first'), get('again', 'second')]);
  const outer = buildRunbook([
    decision('which', `\${{ [{'value': 'far', 'go-to': '${goTo}'}, {'value': 'near'}] }}`),
    get('between', 'middle'),
    { id: 'call', section: 'forward', uses: 'runbook', with: {} },
    get('last', 'end-of-it'),
  ]);
  return inlineCalls(outer, new Map([['call', called]]));
}

const begin = (goTo: string) => new Stage({ world: new ScriptedWorld({ a: '0' }), runbook: caller(goTo) });

describe('an option that an expression makes', () => {
  test('leads to the first inlined step of a section that is a call', async () => {
    const stage = begin('forward');
    await stage.question();
    await stage.ask({ type: 'answer-step', step: 'which', value: 'far' });
    await stage.play(agreeable);
    expect(stage.of('went-to')[0]?.section).toBe('call/first');
    expect(stage.state.steps).toMatchObject({
      between: { state: 'skipped', why: 'passed' },
      'call/look': { state: 'succeeded' },
      'call/again': { state: 'succeeded' },
      last: { state: 'succeeded' },
    });
  });

  test('leads nowhere when there is no such section, and nothing is skipped', async () => {
    const stage = begin('froward');
    await stage.question();
    const answered = await stage.ask({ type: 'answer-step', step: 'which', value: 'far' });
    expect(answered).toMatchObject({ ok: false, message: expect.stringContaining('froward') });
    expect(stage.state.steps).toMatchObject({
      which: { state: 'awaiting-answer' },
      between: { state: 'pending' },
    });
  });
});
