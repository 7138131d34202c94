import { afterEach, describe, expect, it } from 'vitest';
import { ThemeContext } from '../../src/view/components/row-text.tsx';
import { type HomeChoice, type HomeState, initialHome, pressHome } from '../../src/view/home.ts';
import { homePlace } from '../../src/view/home-keys.ts';
import { bindingFor } from '../../src/view/keys.ts';
import { HomeScreen } from '../../src/view/screens/home-screen.tsx';
import { PreviewScreen } from '../../src/view/screens/preview-screen.tsx';
import { themeFor } from '../../src/view/theme.ts';
import { home, preview } from './documents.ts';
import { NARROW, NOW, WIDE } from './screen.ts';
import { draw, type TestTerminal } from './terminal.tsx';

const theme = themeFor({ colour: false, unicode: true });
const terminals: TestTerminal[] = [];
// biome-ignore lint/suspicious/noControlCharactersInRegex: styles are left out of the pictures
const text = (terminal: TestTerminal) => terminal.frame().replace(/\u001b\[[0-9;]*m/g, '');

function open(size = WIDE) {
  const choices: HomeChoice[] = [];
  const terminal = draw(
    <ThemeContext value={theme}>
      <HomeScreen model={home} now={NOW} onChoice={(choice) => choices.push(choice)} />
    </ThemeContext>,
    size,
  );
  terminals.push(terminal);
  return { terminal, choices };
}

afterEach(() => {
  for (const terminal of terminals.splice(0)) terminal.unmount();
});

/** Presses named keys one after the other; what was chosen in the end. */
function chosen(...names: readonly string[]): { choice: HomeChoice | undefined; state: HomeState } {
  let state = initialHome(home);
  let choice: HomeChoice | undefined;
  for (const name of names) {
    ({ state, choice } = {
      choice: undefined,
      ...pressHome(home, state, bindingFor(homePlace(state), name)?.action),
    });
  }
  return { choice, state };
}

describe('home', () => {
  it.each<[readonly string[], object | undefined]>([
    [['enter'], { action: 'run', runbook: { id: 'banking-app/application-rollback' } }],
    [['down', 'p'], { action: 'preview', runbook: { id: 'banking-app/database-rollback' } }],
    [
      ['down', 'down', 'down', 'down', 'enter'],
      { action: 'run', runbook: { id: 'kas/fleet-manager-rollback' } },
    ],
    [['d', 'down', 'enter'], { action: 'drill', scenario: 'blue-not-ready' }],
    [['d', 'esc'], undefined],
    [['down', 'd'], undefined],
    [['r'], { action: 'resume', session: 'banking-app-rollback-7f3a' }],
    [['up', 'enter'], { action: 'attach', session: 'banking-app-rollback-1c22' }],
    [['up', 'up', 'enter'], { action: 'resume', session: 'banking-app-rollback-7f3a' }],
    [['up', 'p'], undefined],
    [['q'], { action: 'quit' }],
  ])('%j chooses %o', (keys, expected) => {
    const { choice } = chosen(...keys);
    if (expected === undefined) expect(choice).toBeUndefined();
    else expect(choice).toMatchObject(expected);
  });

  it('says why nothing happened', () => {
    expect(chosen('down', 'd').state.notice).toMatch(/no drills/);
    expect(chosen('up', 'p').state.notice).toMatch(/runbook first/);
  });

  it('is drawn', async () => {
    for (const size of [NARROW, WIDE]) {
      const { terminal } = open(size);
      await expect(`${text(terminal)}\n`).toMatchFileSnapshot(
        `pictures/home-${size.columns}x${size.rows}.txt`,
      );
      expect(text(terminal).split('\n')).toHaveLength(size.rows);
    }
  });

  it('finds a runbook by a word of its title, and drills it', async () => {
    const { terminal, choices } = open();
    await expect.poll(() => text(terminal)).toContain('Runbooks  3');
    terminal.type('/');
    terminal.type('kas');
    await expect.poll(() => text(terminal)).toContain('Runbooks  1');
    terminal.type('\r');
    await expect.poll(() => text(terminal)).toContain('"kas"');
    terminal.type('d');
    await expect.poll(() => text(terminal)).toContain('nothing real is touched');
    terminal.type('\r');
    await expect.poll(() => choices).toMatchObject([{ action: 'drill', scenario: 'straight' }]);
  });
});

describe('a preview', () => {
  it('is one document, from the first step to the sums', async () => {
    for (const size of [NARROW, WIDE, { columns: 120, rows: 90 }]) {
      const terminal = draw(
        <ThemeContext value={theme}>
          <PreviewScreen document={preview} onLeave={() => {}} />
        </ThemeContext>,
        size,
      );
      terminals.push(terminal);
      const picture = text(terminal);
      await expect(`${picture}\n`).toMatchFileSnapshot(`pictures/preview-${size.columns}x${size.rows}.txt`);
      expect(picture).toMatch(/PREVIEW +read-only/);
    }
  });

  it('scrolls to its end, where it says that nothing was changed', async () => {
    const terminal = draw(<PreviewScreen document={preview} onLeave={() => {}} />, NARROW);
    terminals.push(terminal);
    await expect.poll(() => text(terminal)).toContain('READS');
    terminal.type('G');
    await expect.poll(() => text(terminal)).toContain('a preview cannot write');
    expect(text(terminal)).toMatch(/2 {2}writes[\s\S]*1 {2}of them dangerous/);
  });
});
