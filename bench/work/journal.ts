import { mkdirSync, mkdtempSync } from 'node:fs';
import path from 'node:path';
import type { Draft } from '../../src/engine/event.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { createRedactor } from '../../src/journal/redact.ts';
import { readJournal } from '../../src/journal/replay.ts';

// Arguments: `append FOLDER COUNT` (prints the microseconds of one), `fill FOLDER COUNT` or `replay FOLDER`.

const [what, folder = '.', count = '0'] = process.argv.slice(2);
const draft = (at: number): Draft => ({
  type: 'step-output',
  step: 'switch-frontend',
  text: `line ${at}: an ordinary line of what a program prints while it works, neither short nor long\n`,
  bytes: at * 100,
});

function open(where: string) {
  mkdirSync(where, { recursive: true, mode: 0o700 });
  return openJournal({ folder: where, now: () => 1_800_000_000_000, redactor: createRedactor([]) });
}

if (what === 'replay') {
  if (readJournal(folder).events.length === 0) throw new Error('There is nothing to replay.');
} else {
  const journal = open(what === 'fill' ? folder : mkdtempSync(path.join(folder, 'append-')));
  const began = performance.now();
  if (what === 'fill') journal.append(Array.from({ length: Number(count) }, (_, at) => draft(at)));
  else for (let at = 0; at < Number(count); at += 1) journal.append([draft(at)]);
  console.log(((performance.now() - began) / Number(count)) * 1000);
  journal.close();
}
