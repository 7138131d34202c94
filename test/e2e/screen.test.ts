import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as passed } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { Holder } from '../../src/host/lock.ts';
import { readJournal } from '../../src/journal/replay.ts';
import { newPlace, type Place, RUNBOOK, rollbook } from './rollbook.ts';
import { QUICK, ROLLED_BACK, type Sandbox, standing, startSandbox } from './sandbox.ts';
import { openScreen, type Screen } from './terminal.ts';

const LEAVE_ALTERNATE = '\u001b[?1049l';
const CTRL_C = '\u0003';

/** Longer than a question must have been on the screen before a key can answer it. */
const reaction = () => passed(400);

interface Stage {
  readonly place: Place;
  readonly sandbox: Sandbox;
  readonly screen: Screen;
}

/** A session on the screen, at its first question. */
async function atTheSwitch(options?: Parameters<typeof openScreen>[2]): Promise<Stage> {
  const place = newPlace();
  const sandbox = await startSandbox(place);
  const { kubeconfig, prometheus } = sandbox.ready;
  const where = ['--kubeconfig', kubeconfig, '--prometheus', prometheus?.url ?? ''];
  onTestFinished(() => {
    for (const { pid } of hosts(place)) kill(pid);
  });
  const screen = openScreen(place, ['run', RUNBOOK, ...where, ...QUICK], options);
  await screen.sees('Switch (y)');
  return { place, sandbox, screen };
}

function folders({ folder }: Place): readonly string[] {
  const all = path.join(folder, 'state/incidents');
  return existsSync(all) ? readdirSync(all).map((id) => path.join(all, id)) : [];
}

const hosts = (place: Place): readonly Holder[] =>
  folders(place)
    .map((folder) => path.join(folder, 'host.json'))
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')) as Holder);

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

const journal = (place: Place) => readJournal(folders(place)[0] ?? '').events;

async function answer(screen: Screen, keys: string): Promise<void> {
  await reaction();
  screen.press(keys);
}

async function type(screen: Screen, text: string): Promise<void> {
  // Letter by letter: what comes all at once is a paste, which confirms nothing.
  for (const letter of text) {
    screen.press(letter);
    await passed(15);
  }
}

test('an operator switches, undoes, does it again, notes, names what is dangerous, and skips', async () => {
  const { place, sandbox, screen } = await atTheSwitch();
  expect(screen.text()).toMatch(/INCIDENT\s+sandbox/);
  await answer(screen, 'y');
  await screen.sees(/3\.2 {2}Send backend traffic to blue ═*─* ▶ waits for you/);
  await answer(screen, 'u');
  await screen.sees('Put it back?');
  await answer(screen, 'y');
  await screen.sees('It was undone. What now?');
  expect((await standing(sandbox)).frontend.selector).toEqual({ app: 'frontend-green', color: 'green' });
  await answer(screen, 'r');
  await screen.sees('Do it?');
  await answer(screen, 'y');
  await screen.sees(/3\.2 {2}Send backend traffic to blue ═*─* ▶ waits for you/);
  await answer(screen, 'n');
  await screen.sees(/note/i);
  await type(screen, 'seen by two of us\r');
  await reaction();
  await answer(screen, 'y');
  await screen.sees('Scale… (y)');
  await answer(screen, 'y');
  await screen.sees('Type ');
  await type(screen, 'frontend-blue\r');
  await reaction();
  expect(sandbox.writes().some(({ path: where }) => where.includes('frontend-green'))).toBe(false);
  await type(screen, '\u007f'.repeat(13));
  await type(screen, 'frontend-green\r');
  await screen.sees(/5\.2 {2}Scale backend-green to 0 ─* ▶ waits for you/);
  await answer(screen, 's');
  await screen.sees('Why is it skipped?');
  await type(screen, 'kept for the post-mortem\r');
  await screen.sees('SUCCEEDED');
  screen.press('q');
  expect(await screen.exited).toEqual({ code: 0 });
  const events = journal(place);
  expect(events).toContainEqual(expect.objectContaining({ type: 'note-added', text: 'seen by two of us' }));
  expect(events.at(-1)).toMatchObject({
    type: 'session-ended',
    outcome: 'succeeded',
    summary: expect.stringContaining('skipped: park-backend (kept for the post-mortem)'),
  });
  expect(await standing(sandbox)).toEqual({
    ...ROLLED_BACK,
    backend: { ...ROLLED_BACK.backend, green: 3 },
  });
  expect(screen.isAlternate()).toBe(false);
  await screen.sees('succeeded');
});

test('aborting puts back what was done, when asked to, and says that it was aborted', async () => {
  const { place, sandbox, screen } = await atTheSwitch();
  await answer(screen, 'y');
  await screen.sees(/3\.2 {2}Send backend traffic to blue ─* ▶ waits for you/);
  await answer(screen, 'a');
  await screen.sees('Undo, then end');
  await type(screen, 'j');
  await answer(screen, '\r');
  await screen.sees('Put it back?');
  await answer(screen, 'y');
  await screen.sees('ABORTED');
  screen.press('q');
  expect(await screen.exited).toEqual({ code: 1 });
  expect((await standing(sandbox)).frontend.selector).toEqual({ app: 'frontend-green', color: 'green' });
  expect(journal(place).at(-1)).toMatchObject({ type: 'session-ended', outcome: 'aborted' });
});

test('leaving and coming back; the host killed under the screen; resumed to the end', async () => {
  const { place, sandbox, screen } = await atTheSwitch();
  await answer(screen, 'q');
  await screen.sees('Leave this screen');
  screen.press('j');
  await answer(screen, '\r');
  expect(await screen.exited).toEqual({ code: 0 });
  await screen.sees('rollbook attach');
  const again = openScreen(place, ['attach']);
  await again.sees('Switch (y)');
  await answer(again, 'y');
  await again.sees(/3\.2 {2}Send backend traffic to blue ─* ▶ waits for you/);
  const [host] = hosts(place);
  kill(host?.pid ?? 0);
  await again.sees('HOST LOST');
  again.press('q');
  expect(await again.exited).toEqual({ code: 4 });
  expect(again.text()).toContain('rollbook resume');
  const consent = ['--yes', '--confirm', 'park-frontend', '--confirm', 'park-backend'];
  expect(await rollbook(place, 'resume', ...consent)).toMatchObject({ code: 0 });
  expect(await standing(sandbox)).toEqual(ROLLED_BACK);
  expect(sandbox.writes()).toHaveLength(4);
});

test('Ctrl-C twice, and a signal, give the terminal back; the session goes on', async () => {
  const { place, screen } = await atTheSwitch();
  screen.press(CTRL_C);
  await screen.sees('ctrl-c again');
  screen.press(CTRL_C);
  expect(await screen.exited).toEqual({ code: 0 });
  expect(screen.isAlternate()).toBe(false);
  expect(screen.isCursorShown()).toBe(true);
  for (const signal of ['SIGTERM', 'SIGHUP']) {
    const again = openScreen(place, ['attach']);
    await again.sees('Switch (y)');
    again.pty.kill(signal);
    await again.exited;
    expect(again.raw()).toContain(LEAVE_ALTERNATE);
    expect(again.isAlternate()).toBe(false);
    expect(again.isCursorShown()).toBe(true);
  }
  expect(journal(place).some((event) => event.type === 'step-confirmed' && event.by === 'operator')).toBe(
    false,
  );
});

test('a smaller terminal, and one that is too small, and back', async () => {
  const { screen } = await atTheSwitch();
  screen.resize({ columns: 80, rows: 24 });
  await screen.sees('Steps 12/26');
  await screen.sees('Switch (y)');
  expect(
    Math.max(
      ...screen
        .text()
        .split('\n')
        .map((line) => line.length),
    ),
  ).toBeLessThanOrEqual(80);
  screen.resize({ columns: 30, rows: 8 });
  await screen.lost('Switch (y)');
  screen.resize({ columns: 120, rows: 36 });
  await screen.sees('Switch (y)');
  await screen.sees('Live');
});

test('NO_COLOR: not one colour is sent', async () => {
  const { screen } = await atTheSwitch({ env: { NO_COLOR: '1' } });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what is looked for
  const colours = screen.raw().match(/\u001b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;\d+)*m/g);
  expect(colours).toBeNull();
  expect(screen.text()).toMatch(/INCIDENT\s+sandbox/);
});

test('a terminal that stops reading stops no session', async () => {
  const { place, sandbox, screen } = await atTheSwitch();
  await reaction();
  screen.pause();
  screen.press('y');
  const until = Date.now() + 30_000;
  const isSwitched = () =>
    journal(place).some((event) => event.type === 'step-succeeded' && event.step === 'switch-frontend');
  while (!isSwitched() && Date.now() < until) await passed(100);
  expect(isSwitched()).toBe(true);
  expect((await standing(sandbox)).frontend.selector).toEqual({ app: 'frontend-blue', color: 'blue' });
  screen.resume();
  await screen.sees(/3\.2 {2}Send backend traffic to blue ─* ▶ waits for you/);
});
