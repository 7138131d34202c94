import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Event } from '../../src/engine/event.ts';
import { readJournal } from '../../src/journal/replay.ts';
import { verifyJournal } from '../../src/journal/verify.ts';
import { type Finished, newPlace, type Place, RUNBOOK, start } from './rollbook.ts';
import { QUICK, ROLLED_BACK, standing, startSandbox } from './sandbox.ts';

/** More sessions, for a machine that has the night for it. */
const SESSIONS = Number(process.env.ROLLBOOK_CRASH_SESSIONS ?? 3);
const KILLS = 9;
const LONGEST_LIFE_MS = 2500;
const CONFIRMED = ['--yes', '--confirm', 'park-frontend', '--confirm', 'park-backend', '--json'] as const;

/** Numbers from 0 to 1, the same for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** Runs it and kills it that long after it said its first word, unless it was done by then. */
async function killed(place: Place, args: readonly string[], afterMs: number): Promise<Finished> {
  const running = start(place, args);
  const timer = await Promise.race([
    running
      .line(() => true)
      .then(
        () => setTimeout(() => running.process.kill('SIGKILL'), afterMs),
        () => undefined,
      ),
    running.finished.then(() => undefined),
  ]);
  const finished = await running.finished;
  clearTimeout(timer);
  return finished;
}

/** What was printed; a line that the kill cut short says nothing. */
function printed({ lines }: Finished): readonly Event[] {
  return lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as Event];
    } catch {
      return [];
    }
  });
}

function sessionFolder({ folder }: Place): string {
  const all = path.join(folder, 'state/incidents');
  const [id] = existsSync(all) ? readdirSync(all) : [];
  if (id === undefined) throw new Error(`No session in ${all}`);
  return path.join(all, id);
}

test.each(Array.from({ length: SESSIONS }, (_, at) => at + 1))(
  'killed again and again, resumed each time: everything is done once (seed %i)',
  { timeout: 180_000 },
  async (seed) => {
    const place = newPlace();
    const random = seeded(seed);
    const sandbox = await startSandbox(place);
    const { kubeconfig, prometheus } = sandbox.ready;
    const where = ['--kubeconfig', kubeconfig, '--prometheus', prometheus?.url ?? ''];
    const said: Event[] = [];
    let finished = await killed(
      place,
      ['run', RUNBOOK, ...where, ...QUICK, ...CONFIRMED],
      random() * LONGEST_LIFE_MS,
    );
    said.push(...printed(finished));
    for (let kills = 1; finished.code !== 0 && kills < 30; kills++) {
      const life = kills < KILLS ? random() * LONGEST_LIFE_MS : 100_000;
      finished = await killed(place, ['resume', ...CONFIRMED], life);
      said.push(...printed(finished));
      expect([null, 0, 4], finished.err).toContain(finished.code);
    }
    expect(finished.code).toBe(0);
    const folder = sessionFolder(place);
    expect(await standing(sandbox)).toEqual(ROLLED_BACK);
    const writes = sandbox.writes().map(({ path: written }) => written.split('/').at(-1)?.split('?')[0]);
    expect(writes.length, writes.join(', ')).toBe(4);
    expect(verifyJournal(folder)).toMatchObject({ ok: true });
    const kept = new Map(readJournal(folder).events.map((event) => [event.seq, event]));
    for (const event of said)
      expect(kept.get(event.seq)).toMatchObject({ type: event.type, time: event.time });
  },
);
