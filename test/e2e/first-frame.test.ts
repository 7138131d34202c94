import { expect, it } from 'vitest';
import { newPlace } from './rollbook.ts';
import { openScreen } from './terminal.ts';

/** The launcher draws before it knows whether there will be anything to draw. */
it.each<[string, readonly string[], string, number]>([
  ['a missing argument', ['run'], 'missing required argument', 2],
  ['an unknown flag', ['drill', 'x', '--nonsense'], 'unknown option', 2],
  ['no cluster', ['status', '--kubeconfig', 'missing'], 'does not exist', 2],
  ['a flag of status that there is not', ['status', '--nonsense'], 'nonsense', 2],
  ['no such runbook', ['drill', 'no/such-runbook'], 'There is no runbook', 2],
])('gives the terminal back when there is only something to say: %s', async (_what, args, said, code) => {
  const screen = openScreen(newPlace(), args);
  const exit = await screen.exited;
  await screen.sees(said);
  expect(exit.code).toBe(code);
  expect(screen.raw().startsWith('\u001b[?1049h')).toBe(true);
  expect([screen.isAlternate(), screen.isCursorShown()]).toEqual([false, true]);
});
