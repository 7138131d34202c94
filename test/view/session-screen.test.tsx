import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { ThemeContext } from '../../src/view/components/row-text.tsx';
import type { Size } from '../../src/view/layout.ts';
import { SessionScreen } from '../../src/view/screens/session-screen.tsx';
import { createScreenStore, type ScreenStore } from '../../src/view/store.ts';
import { width } from '../../src/view/text/width.ts';
import { type Look, themeFor } from '../../src/view/theme.ts';
import type { Scene } from './scene.ts';
import { scenes } from './scenes.ts';
import { NARROW, NOW, pressed, stateOf, WIDE } from './screen.ts';
import { events } from './sessions.ts';
import { draw, type TestTerminal } from './terminal.tsx';

const plain: Look = { colour: false, unicode: true };
const terminals: TestTerminal[] = [];

function storeOf(scene: Scene, keys = ''): ScreenStore {
  const store = createScreenStore({
    folder: '/state/sessions/7f3a',
    now: () => NOW - 1000,
    later: () => () => {},
  });
  store.receive({ type: 'events', events: events(scene.drafts) });
  if (scene.live !== undefined) store.receive({ type: 'live', snapshot: scene.live });
  if (scene.output !== undefined) store.receive({ type: 'output', ...scene.output });
  if (scene.host !== undefined) store.hostGone(scene.host);
  store.update({ ...pressed(stateOf(scene), keys).ui });
  return store;
}

function shown(scene: Scene, size: Size, keys = '', look = plain): TestTerminal {
  const terminal = draw(
    <ThemeContext value={themeFor(look)}>
      <SessionScreen store={storeOf(scene, keys)} now={() => NOW} onAsk={() => {}} onLeave={() => {}} />
    </ThemeContext>,
    size,
  );
  terminals.push(terminal);
  return terminal;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: styles are left out of the pictures
const text = (terminal: TestTerminal) => terminal.frame().replace(/\u001b\[[0-9;]*m/g, '');

afterEach(() => {
  for (const terminal of terminals.splice(0)) terminal.unmount();
});

const names = Object.keys(scenes);
const scene = (name: string): Scene => scenes[name] ?? { drafts: [] };

describe('the session screen', () => {
  it.each(names.flatMap((name) => [[name, NARROW] as const, [name, WIDE] as const]))(
    'draws %s at $columns',
    async (name, size) => {
      const picture = text(shown(scene(name), size));
      await expect(`${picture}\n`).toMatchFileSnapshot(`pictures/${name}-${size.columns}x${size.rows}.txt`);
    },
  );

  it.each([
    ['help', '?'],
    ['details', 'd'],
    ['pods', 'p'],
    ['links', 'o'],
    ['live', '<tab><tab>'],
    ['abort', 'a'],
    ['skip', 's'],
    ['note', 'n'],
    ['leave', 'q'],
    ['steps', '<tab><up><up>'],
  ])('draws what lies over it: %s', async (name, keys) => {
    for (const size of [NARROW, WIDE]) {
      const picture = text(shown(scene('failed'), size, keys));
      await expect(`${picture}\n`).toMatchFileSnapshot(
        `pictures/over-${name}-${size.columns}x${size.rows}.txt`,
      );
    }
  });

  it('fills the screen exactly, whatever its size and whatever is on it', () => {
    const overs = ['', '?', 'd', 'l', 'p', 'o', 'n', 'a', 'q', '<tab>', '<tab><tab>'];
    const sizes = fc.record({
      columns: fc.integer({ min: 80, max: 200 }),
      rows: fc.integer({ min: 24, max: 60 }),
    });
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.constantFrom(...overs), sizes, (name, keys, size) => {
        const terminal = shown(scene(name), size, keys);
        const lines = text(terminal).split('\n');
        terminal.unmount();
        expect(lines).toHaveLength(size.rows);
        for (const line of lines) expect(width(line)).toBeLessThanOrEqual(size.columns);
      }),
      { numRuns: 60 },
    );
  });

  it('asks for a larger window below 80x24, and still says what is asked', () => {
    const picture = text(shown(scene('confirm'), { columns: 40, rows: 10 }));
    const words = picture.replace(/\s+/g, ' ');
    expect(words).toMatch(/INCIDENT/);
    expect(words).toMatch(/3\.1 Send frontend traffic to blue waits for you/);
    expect(words).toMatch(/80x24 is needed/);
    expect(picture.split('\n').length).toBeLessThanOrEqual(10);
  });

  it('is whole again after the window was made smaller and larger', async () => {
    const terminal = shown(scene('confirm'), WIDE);
    const before = text(terminal);
    terminal.resize(NARROW);
    await expect.poll(() => text(terminal).split('\n').length).toBe(NARROW.rows);
    terminal.resize(WIDE);
    await expect.poll(() => text(terminal)).toBe(before);
  });

  it.each(['confirm', 'drill', 'gone', 'failed'])('says all of %s without colour and in ASCII', (name) => {
    const picture = text(shown(scene(name), WIDE, '', { colour: false, unicode: false }));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the point is what is not ASCII
    expect(picture.match(/[^\x00-\x7f]/g)).toBeNull();
    expect(picture).toContain(name === 'drill' ? 'DRILL' : 'INCIDENT');
    expect(picture).toContain(name === 'failed' ? 'refused' : '[ Cancel ]');
    expect(picture).toContain(name === 'gone' ? 'disconnected' : 'live');
  });

  it('uses no colour under NO_COLOR', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: SGR colours, foreground and background
    const colours = /\u001b\[(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])[;m]/;
    expect(shown(scene('dangerous'), WIDE).frame()).not.toMatch(colours);
  });
});
