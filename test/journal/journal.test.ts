import { execFile } from 'node:child_process';
import {
  appendFileSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Draft, Event } from '../../src/engine/event.ts';
import { JournalUnwritable } from '../../src/journal/journal.ts';
import { createRedactor } from '../../src/journal/redact.ts';
import { JOURNAL_FILE, JournalDamaged, readJournal } from '../../src/journal/replay.ts';
import { verifyJournal } from '../../src/journal/verify.ts';
import { anyDraft } from './any-draft.ts';
import { note, started } from './events.ts';
import { openAt, temporaryFolder } from './folder.ts';

const run = promisify(execFile);
const fileOf = (folder: string) => path.join(folder, JOURNAL_FILE);

/** A journal of some events, closed. */
function written(drafts: readonly Draft[] = [started, note('one'), note('two'), note('three')]) {
  const folder = temporaryFolder();
  const journal = openAt(folder);
  const events = drafts.flatMap((draft) => journal.append([draft]));
  journal.close();
  return { folder, file: fileOf(folder), events };
}

describe('append', () => {
  it('stamps without gaps, and returns what it wrote', () => {
    const folder = temporaryFolder();
    const journal = openAt(folder, createRedactor(['hunter2']));
    const first = journal.append([started]);
    const more = journal.append([note('a hunter2'), note('b\u001b[2J')]);
    expect(more).toEqual([
      { seq: 2, time: '2026-11-22T12:00:00.000Z', type: 'note-added', text: 'a •••' },
      { seq: 3, time: '2026-11-22T12:00:00.000Z', type: 'note-added', text: 'b' },
    ]);
    expect(readJournal(folder).events).toEqual([...first, ...more]);
    expect(journal.size).toBe(statSync(fileOf(folder)).size);
    expect(readFileSync(fileOf(folder), 'utf8')).not.toContain('hunter2');
    journal.close();
  });

  it('goes on where an earlier host stopped', () => {
    const { folder, events } = written();
    const journal = openAt(folder);
    expect(journal.events).toEqual(events);
    const [next] = journal.append([note('four')]);
    expect(next?.seq).toBe(5);
    expect(readJournal(folder).events).toEqual([...events, next]);
    journal.close();
  });

  it('is for its owner alone', () => {
    expect(statSync(written().file).mode & 0o777).toBe(0o600);
  });

  it('keeps every text through the file, and leaves no control character in it', () => {
    fc.assert(
      fc.property(fc.array(anyDraft, { maxLength: 10 }), (drafts) => {
        const { folder, file, events } = written([started, ...drafts]);
        expect(readJournal(folder).events).toEqual(JSON.parse(JSON.stringify(events)));
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
        expect(readFileSync(file, 'utf8')).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]/);
        expect(verifyJournal(folder)).toMatchObject({ ok: true, events: events.length, tornBytes: 0 });
      }),
      { numRuns: 50 },
    );
  });
});

describe('a journal that was cut', () => {
  it('replays a prefix of its events, wherever it was cut, and can be gone on with', () => {
    const { folder, file, events } = written([started, note('ünï'), note('👍'), note('x'.repeat(300))]);
    const whole = readFileSync(file);
    const isPrefix = (some: readonly Event[]) => expect(some).toEqual(events.slice(0, some.length));
    fc.assert(
      fc.property(fc.nat(whole.length), (at) => {
        writeFileSync(file, whole.subarray(0, at));
        rmSync(path.join(folder, 'journal.torn'), { force: true });
        const before = readJournal(folder);
        isPrefix(before.events);
        expect(before.end.size + before.end.tornBytes).toBe(at);
        const journal = openAt(folder);
        expect(journal.tornBytes).toBe(before.end.tornBytes);
        const added = journal.append([note('after')]);
        journal.close();
        expect(readJournal(folder).events).toEqual([...before.events, ...added]);
        expect(verifyJournal(folder)).toMatchObject({ ok: true, tornBytes: 0 });
        if (before.end.tornBytes > 0)
          expect(readFileSync(path.join(folder, 'journal.torn'))).toEqual(
            Buffer.concat([whole.subarray(before.end.size, at), Buffer.from('\n')]),
          );
      }),
      { numRuns: 150 },
    );
  });

  it('loses no event that was acknowledged when the process is killed', async () => {
    const folder = temporaryFolder();
    const program = path.resolve(import.meta.dirname, 'fixtures/append-until-killed.ts');
    const failed = await run(process.execPath, [program, folder]).catch((error) => error);
    expect(failed.signal).toBe('SIGKILL');
    const acknowledged = Number(failed.stdout.trim().split('\n').at(-1));
    expect(acknowledged).toBeGreaterThan(100);
    expect(readJournal(folder).events.length).toBeGreaterThanOrEqual(acknowledged);
  });
});

describe('a journal that was changed', () => {
  const lines = (file: string) => readFileSync(file, 'utf8').split('\n').slice(0, -1);
  const save = (file: string, changed: readonly string[]) => writeFileSync(file, `${changed.join('\n')}\n`);

  it.each<[string, (all: string[]) => string[], number, RegExp]>([
    ['a word', (all) => all.map((line) => line.replace('"two"', '"twO"')), 3, /changed after it was written/],
    ['a line taken out', (all) => all.toSpliced(1, 1), 2, /event 2 was expected here and this is 3/],
    ['a line taken off the beginning', (all) => all.slice(1), 1, /event 1 was expected here/],
    [
      'a line twice',
      (all) => all.toSpliced(2, 0, all[1] ?? ''),
      3,
      /event 3 was expected here and this is 2/,
    ],
    ['two lines swapped', ([a = '', b = '', c = '', d = '']) => [a, c, b, d], 2, /event 2 was expected/],
    ['an empty line', (all) => all.toSpliced(2, 0, ''), 3, /not a line of a journal/],
    ['something else', (all) => all.toSpliced(3, 1, 'Segmentation fault'), 4, /not a line of a journal/],
    ['the last hash', (all) => all.with(3, (all[3] ?? '').replace(/.("})$/, 'g$1')), 4, /changed/],
  ])('%s: is refused, with the line', (_, change, line, message) => {
    const { folder, file } = written();
    save(file, change(lines(file)));
    expect(() => openAt(folder)).toThrow(JournalDamaged);
    expect(() => openAt(folder)).toThrow(message);
    expect(verifyJournal(folder)).toMatchObject({
      ok: false,
      line,
      message: expect.stringContaining(`:${line}: `),
    });
  });

  it('shows any change of any byte', () => {
    const { folder, file } = written();
    const whole = readFileSync(file);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Buffer.from(whole);
        changed[at] = (changed[at] ?? 0) ^ flip;
        writeFileSync(file, changed);
        const verdict = verifyJournal(folder);
        expect(verdict.ok && verdict.tornBytes === 0).toBe(false);
      }),
      { numRuns: 150 },
    );
  });

  it('a line that was added by hand', () => {
    const { folder, file } = written();
    appendFileSync(file, '{"seq":5,"time":"2026-11-22T12:00:00.000Z","type":"note-added","text":"me too"}\n');
    expect(verifyJournal(folder)).toMatchObject({ ok: false, line: 5 });
  });
});

describe('a disk that refuses', () => {
  it('stops before anything else is done, says why, and leaves whole lines', async () => {
    const folder = temporaryFolder();
    const program = path.resolve(import.meta.dirname, 'fixtures/append-until-full.ts');
    const { stdout } = await run('bash', [
      '-c',
      'ulimit -f 8; exec "$0" "$@"',
      process.execPath,
      program,
      folder,
    ]);
    const said = JSON.parse(stdout) as { name: string; message: string; again: string; events: number };
    expect(said.name).toBe('JournalUnwritable');
    expect(said.message).toMatch(/journal\.jsonl cannot be written \(EFBIG.*resume the session/s);
    expect(said.again).toBe(said.message);
    expect(said.events).toBeGreaterThan(10);
    const read = readJournal(folder);
    expect(read.events).toHaveLength(said.events);
    expect(read.end.tornBytes).toBe(0);
  });

  it('is told apart from damage', () => {
    const folder = temporaryFolder();
    expect(() => openAt(path.join(folder, 'missing'))).toThrow(JournalUnwritable);
  });

  it('does not follow a link to somewhere else', () => {
    const folder = temporaryFolder();
    symlinkSync('/dev/null', fileOf(folder));
    expect(() => openAt(folder)).toThrow(JournalUnwritable);
  });
});

describe('replay', () => {
  it('reads a journal larger than its chunks, with lines longer than them', () => {
    const folder = temporaryFolder();
    const journal = openAt(folder);
    const texts = [
      'ä'.repeat(200_000),
      'short',
      'x'.repeat(131_072),
      ...Array<string>(1_000).fill('ö'.repeat(200)),
    ];
    journal.append([started, ...texts.map(note)]);
    journal.close();
    const { events, end } = readJournal(folder);
    expect(events.slice(1).map((event) => 'text' in event && event.text)).toEqual(texts);
    expect(end).toMatchObject({ seq: texts.length + 1, tornBytes: 0, size: statSync(fileOf(folder)).size });
  });

  it('of an empty file is empty', () => {
    const { folder, file } = written();
    truncateSync(file, 0);
    expect(readJournal(folder)).toMatchObject({ events: [], end: { seq: 0, size: 0 } });
  });
});
