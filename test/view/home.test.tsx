import { afterEach, describe, expect, it } from 'vitest';
import { ThemeContext } from '../../src/view/components/row-text.tsx';
import {
  type HomeChoice,
  type HomeModel,
  type HomeState,
  initialHome,
  pressHome,
} from '../../src/view/home.ts';
import { formFor, type HomeForm } from '../../src/view/home-form.ts';
import { homePlace, typeForm } from '../../src/view/home-keys.ts';
import { bindingFor } from '../../src/view/keys.ts';
import { formFrame } from '../../src/view/rows/form-rows.ts';
import { HomeScreen } from '../../src/view/screens/home-screen.tsx';
import { PreviewScreen } from '../../src/view/screens/preview-screen.tsx';
import { plainText } from '../../src/view/text/row.ts';
import { themeFor } from '../../src/view/theme.ts';
import { home, preview } from './documents.ts';
import { NARROW, NOW, WIDE } from './screen.ts';
import { draw, type TestTerminal } from './terminal.tsx';

const theme = themeFor({ colour: false, unicode: true });
const terminals: TestTerminal[] = [];
// biome-ignore lint/suspicious/noControlCharactersInRegex: styles are left out of the pictures
const text = (terminal: TestTerminal) => terminal.frame().replace(/\u001b\[[0-9;]*m/g, '');

function open(size = WIDE, model = home) {
  const choices: HomeChoice[] = [];
  const terminal = draw(
    <ThemeContext value={theme}>
      <HomeScreen model={model} now={NOW} onChoice={(choice) => choices.push(choice)} />
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

describe('what a runbook has to be told', () => {
  const asking: HomeModel = {
    ...home,
    runbooks: home.runbooks.map((one) => ({
      ...one,
      runbook: {
        ...one.runbook,
        inputs: [
          { name: 'namespace', type: 'string', required: true, default: 'banking-app' },
          { name: 'version', type: 'string', required: true, description: 'The version to go back to' },
          { name: 'environment', type: 'choice', required: true, choices: ['production', 'stage'] },
          { name: 'token', type: 'secret', required: true, description: 'A token of the day' },
        ],
      },
    })),
  };
  /** Enter opens the form; then each text is typed and taken. */
  function typed(...texts: readonly string[]): { state: HomeState; choice?: HomeChoice } {
    let pressed: { state: HomeState; choice?: HomeChoice } = pressHome(asking, initialHome(asking), 'run');
    const press = (name: string, input = '') => {
      const { over } = pressed.state;
      if (over?.type === 'form') pressed = typeForm(asking, pressed.state, over, { name, input });
    };
    for (const text of texts) {
      for (const character of text) press(character, character);
      press('enter');
    }
    return pressed;
  }

  it('is asked before it begins: what is needed and has no default', () => {
    const { over } = typed().state;
    expect(over?.type === 'form' && over.fields.map(({ spec }) => spec.name)).toEqual([
      'version',
      'environment',
      'token',
    ]);
    expect(typed('v1', 'stage', 'hush-hush').choice).toMatchObject({
      action: 'run',
      runbook: { id: 'banking-app/application-rollback' },
      given: { version: 'v1', environment: 'stage', token: 'hush-hush' },
    });
  });

  it('is not taken when it does not fit, and says why', () => {
    const { state, choice } = typed('wrong');
    expect(choice).toBeUndefined();
    expect(state.over).toMatchObject({ at: 0, problem: 'It is to be right.' });
    expect(typed('v1', '').state.over).toMatchObject({ at: 1, problem: 'It has to be given.' });
  });

  it('is left with esc, and nothing begins', () => {
    const { state } = typed('v1');
    const left = typeForm(asking, state, state.over as HomeForm, { name: 'esc', input: '' });
    expect(left).toEqual({ state: expect.not.objectContaining({ over: expect.anything() }) });
  });

  it('fits its room, however much has to be told', () => {
    const inputs = Array.from({ length: 12 }, (_, place) => ({
      name: `input-${place}`,
      type: 'string' as const,
      required: true,
      description: 'What it is for, in a sentence that takes more than one line of a small window. '.repeat(
        2,
      ),
    }));
    const [one] = home.runbooks;
    const form = one && formFor('run', { ...one.runbook, inputs });
    const rows = form === undefined ? [] : formFrame(form, home, { width: 72, height: 22 });
    expect(rows.length).toBeLessThanOrEqual(22);
    expect(rows.map(plainText).join('\n')).toMatch(/❯ input-0[\s\S]*input-11[\s\S]*enter next/);
  });

  it('is drawn, a secret as dots, with the cluster it will work in', async () => {
    for (const size of [NARROW, WIDE]) {
      const { terminal, choices } = open(size, asking);
      await expect.poll(() => text(terminal)).toContain('Runbooks  3');
      for (const keys of ['\r', 'v1.8.3', '\r', 'stage', '\r', 'hush']) terminal.type(keys);
      await expect.poll(() => text(terminal)).toContain('••••');
      expect(text(terminal)).not.toContain('hush');
      await expect(`${text(terminal)}\n`).toMatchFileSnapshot(
        `pictures/home-form-${size.columns}x${size.rows}.txt`,
      );
      terminal.type('\r');
      await expect.poll(() => choices).toMatchObject([{ given: { token: 'hush' } }]);
    }
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
