import { seededRandom } from '../world/random.ts';
import { type InterfaceHistory, writeInterface } from './app-interface-history.ts';
import { type CodeHistory, writeCode } from './code-history.ts';
import type { KasSpec } from './kas-spec.ts';
import { schedule } from './schedule.ts';

/** Both repositories and what was said about them, up to now. */
export interface KasContent {
  readonly code: CodeHistory;
  readonly appInterface: InterfaceHistory;
}

export interface KasContentOptions {
  readonly seed: number;
  /** Milliseconds since the epoch: where the history ends. */
  readonly now: number;
}

/** The same seed and the same moment give the same commits, down to their ids. */
export function writeKasContent(spec: KasSpec, { seed, now }: KasContentOptions): KasContent {
  const random = seededRandom(seed);
  const planned = schedule(spec, now, random);
  const code = writeCode(spec, planned, random);
  const appInterface = writeInterface({ spec, schedule: planned, code, random, now });
  return { code, appInterface };
}
