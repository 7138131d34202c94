import { mkdirSync, mkdtempSync } from 'node:fs';
import path from 'node:path';

// Arguments: project, then `append FOLDER COUNT` (prints the microseconds of one), `fill FOLDER COUNT` or `replay FOLDER`.

const [root = '.', what, folder = '.', count = '0'] = process.argv.slice(2);
const from = (file: string) => import(path.join(root, 'src/journal', file));

const draft = (at: number) => ({
  type: 'step-output',
  step: 'switch-frontend',
  text: `line ${at}: an ordinary line of what a program prints while it works, neither short nor long\n`,
  bytes: at * 100,
});

async function open(where: string) {
  mkdirSync(where, { recursive: true, mode: 0o700 });
  const [{ openJournal }, { createRedactor }] = await Promise.all([from('journal.ts'), from('redact.ts')]);
  return openJournal({ folder: where, now: () => 1_800_000_000_000, redactor: createRedactor([]) });
}

if (what === 'replay') {
  const { readJournal } = await from('replay.ts');
  if (readJournal(folder).events.length === 0) throw new Error('There is nothing to replay.');
} else {
  const journal = await open(what === 'fill' ? folder : mkdtempSync(path.join(folder, 'append-')));
  const began = performance.now();
  if (what === 'fill') journal.append(Array.from({ length: Number(count) }, (_, at) => draft(at)));
  else for (let at = 0; at < Number(count); at += 1) journal.append([draft(at)]);
  console.log(((performance.now() - began) / Number(count)) * 1000);
  journal.close();
}
