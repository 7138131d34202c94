import { describe, expect, test } from 'vitest';
import { CommandFailure, EXIT } from '../../src/cli/exit-code.ts';
import { explain } from '../../src/cli/explain.ts';
import { NoHost } from '../../src/host/client.ts';
import { SessionHeld } from '../../src/host/lock.ts';
import { JournalUnwritable } from '../../src/journal/journal.ts';
import { PortFailure } from '../../src/ports/failure.ts';

describe('what is told of an error', () => {
  test.each<[string, Error, number, string]>([
    ['a mistake', new CommandFailure('No.', EXIT.usage, 'Do it so.'), 2, 'No.'],
    ['no permission', new PortFailure('You may not.', { reason: 'forbidden' }), 3, 'You may not.'],
    ['no cluster', new PortFailure('None.', { reason: 'not-configured', next: 'Set one.' }), 2, 'None.'],
    ['a lock', new SessionHeld('s', undefined), 3, 'Session s is already being run'],
    ['a full disk', new JournalUnwritable('j', new Error('ENOSPC')), 4, 'The journal j cannot be written'],
    ['no host', new NoHost('s'), 3, 's'],
  ])('%s: sentences, no stack', (_, error, exitCode, says) => {
    const told = explain(error);
    expect(told.exitCode).toBe(exitCode);
    expect(told.lines.join('\n')).toContain(says);
    expect(told.lines.join('\n')).not.toMatch(/^\s+at /m);
    if ('next' in error && typeof error.next === 'string') expect(told.lines.at(-1)).toBe(error.next);
  });

  test('only a defect shows its stack, and asks to be reported', () => {
    const { lines, exitCode } = explain(new TypeError('undefined is not a function'));
    expect(exitCode).toBe(1);
    expect(lines[0]).toContain('defect in rollbook');
    expect(lines[1]).toMatch(/TypeError: undefined is not a function\n\s+at /);
    expect(explain('a text').lines).toContain('a text');
  });
});
