import { systemClock } from '../adapters/clock.ts';
import { lookOnce } from '../cluster/look-once.ts';
import type { World } from '../engine/event.ts';
import type { PreviewFigure } from '../engine/preview.ts';
import { reduce } from '../engine/reduce.ts';
import type { JsonObject } from '../ports/json.ts';
import type { ReadPorts } from '../ports/ports.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { figureWords } from '../view/rows/figure-rows.ts';
import { VERSION } from './version.ts';
import { watchedBy } from './watched.ts';

export interface PreviewedWatch {
  readonly runbook: Runbook;
  readonly inputs: JsonObject;
  readonly world: World;
  readonly reads: ReadPorts;
  readonly signal: AbortSignal;
}

/** What would stand beside the steps, as it is now. A preview does not depend on it: what fails here is said in its place. */
export async function previewFigures(asked: PreviewedWatch): Promise<readonly PreviewFigure[]> {
  try {
    return await figuresNow(asked);
  } catch (error) {
    if (asked.signal.aborted) throw error;
    return [{ title: 'what is watched', level: 'unknown', says: (error as Error).message }];
  }
}

async function figuresNow({
  runbook,
  inputs,
  world,
  reads,
  signal,
}: PreviewedWatch): Promise<readonly PreviewFigure[]> {
  const time = new Date(systemClock.now()).toISOString();
  const session = { session: 'preview', runbook, inputs, world, version: VERSION };
  const watched = watchedBy(reduce(undefined, { type: 'session-started', seq: 1, time, ...session }));
  const { metrics = [], logs = [] } = watched?.spec ?? {};
  if (metrics.length + logs.length === 0) return [];
  const prometheus = await reads.prometheus().catch((error: Error) => error);
  const elasticsearch = await reads.elasticsearch().catch((error: Error) => error);
  const figures = await lookOnce({ metrics, logs, prometheus, elasticsearch, clock: systemClock }, signal);
  return figures.map((one) => ({ title: one.title, level: one.level, says: figureWords(one) }));
}
