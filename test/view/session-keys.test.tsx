import { cleanup, render } from 'ink-testing-library';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Intent } from '../../src/engine/intent.ts';
import { SessionScreen } from '../../src/view/screens/session-screen.tsx';
import { createScreenStore } from '../../src/view/store.ts';
import type { Scene } from './scene.ts';
import { scenes } from './scenes.ts';
import { NOW } from './screen.ts';
import { events, planned, switchPlan, untilSwitch } from './sessions.ts';

/** The screen with a clock that stands where it is put. */
function open(scene: Scene) {
  let now = NOW;
  const store = createScreenStore({ folder: '/state', now: () => now, later: () => () => {} });
  store.receive({ type: 'events', events: events(scene.drafts) });
  if (scene.live !== undefined) store.receive({ type: 'live', snapshot: scene.live });
  const asked: Intent[] = [];
  const onLeave = vi.fn();
  now += 1000;
  const { stdin, lastFrame } = render(
    <SessionScreen store={store} now={() => now} onAsk={(intent) => asked.push(intent)} onLeave={onLeave} />,
  );
  const sees = (text: string | RegExp) => expect.poll(() => lastFrame()).toMatch(text);
  const press = async (keys: string, text: string | RegExp) => {
    stdin.write(keys);
    await sees(text);
  };
  return { store, asked, onLeave, stdin, press, sees, pass: (ms: number) => (now += ms) };
}

const scene = (name: string): Scene => scenes[name] ?? { drafts: [] };
const ENTER = '\r';
const ESC = '\u001b';
const RIGHT = '\u001b[C';

afterEach(cleanup);

describe('an operator at the keys', () => {
  it('confirms what is on the screen, and with the hash of that plan', async () => {
    const { asked, stdin, sees } = open(scene('confirm'));
    await sees('Do it?');
    stdin.write('y');
    await expect
      .poll(() => asked)
      .toEqual([{ type: 'confirm-step', step: 'switch-frontend', planHash: 'hash of switch-frontend' }]);
  });

  it('moves to an answer and takes it', async () => {
    const { asked, stdin, press, sees } = open(scene('confirm'));
    await sees('[ Cancel ]');
    await press(RIGHT, '[ Switch (y) ]');
    stdin.write(ENTER);
    await expect.poll(() => asked).toHaveLength(1);
  });

  it('types the name of what is in danger, letter by letter', async () => {
    const { asked, stdin, press, sees } = open(scene('dangerous'));
    await sees('DANGEROUS');
    await press('y', 'Type frontend-green to do it');
    await press('frontend-grx', 'differs');
    await press('\u007f', 'esc leaves it');
    await press('een', 'matches');
    stdin.write(ENTER);
    await expect.poll(() => asked).toMatchObject([{ type: 'confirm-step', typed: 'frontend-green' }]);
  });

  it('does not answer a question that came up under their fingers', async () => {
    const { store, asked, stdin, press, sees, pass } = open({ drafts: untilSwitch() });
    await sees('its turn has not come|Looking at|3.1'.split('|')[2] ?? '');
    const drafts = [...untilSwitch(), planned('switch-frontend', switchPlan('frontend'))];
    store.receive({ type: 'events', events: events(drafts).slice(-1) });
    await sees('Do it?');
    stdin.write('y');
    pass(100);
    stdin.write(ENTER);
    await press('?', 'Say yes to the open question');
    await press(ESC, 'Do it?');
    expect(asked).toEqual([]);
    pass(200);
    stdin.write('y');
    await expect.poll(() => asked).toHaveLength(1);
  });

  it('pastes into a line of text, and confirms nothing by it', async () => {
    const { asked, press, sees } = open(scene('confirm'));
    await sees('Do it?');
    await press('\u001b[200~y\n\u001b[201~', 'ignored here');
    await press('s', 'Why is it skipped?');
    await press('\u001b[200~done by hand\n\u001b[201~', 'done by hand');
    await press(ENTER, 'Do it?');
    expect(asked).toEqual([{ type: 'skip-step', step: 'switch-frontend', reason: 'done by hand' }]);
  });

  it('leaves by ctrl-c twice, and never by once', async () => {
    const { onLeave, press, stdin, sees } = open(scene('confirm'));
    await sees('Do it?');
    await press('\u0003', 'ctrl-c again');
    expect(onLeave).not.toHaveBeenCalled();
    stdin.write('\u0003');
    await expect.poll(() => onLeave.mock.calls.length).toBe(1);
  });

  it('is told what happens to the session before leaving it', async () => {
    const { onLeave, press, sees, stdin } = open(scene('confirm'));
    await sees('Do it?');
    await press('q', 'rollbook attach banking-app-rollback-7f3a');
    await press(ENTER, 'Do it?');
    expect(onLeave).not.toHaveBeenCalled();
    await press('q', 'rollbook attach');
    stdin.write('\u001b[B');
    stdin.write(ENTER);
    await expect.poll(() => onLeave.mock.calls.length).toBe(1);
  });
});
