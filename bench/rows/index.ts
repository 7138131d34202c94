import type { Benchmark } from '../harness/benchmark.ts';
import { drawing } from './drawing.ts';
import { journal, packed, parsing } from './files.ts';
import { firstRows, following, keys } from './live.ts';
import { drill, flood, idle, sandbox } from './sessions.ts';
import { stalled } from './stalled.ts';
import { flags, frames } from './start-up.ts';
import { statusOnce } from './status-once.ts';

/** In the order of the table. */
export const benchmarks: readonly Benchmark[] = [
  flags,
  frames,
  statusOnce,
  firstRows,
  following,
  drawing,
  keys,
  stalled,
  flood,
  parsing,
  journal,
  sandbox,
  drill,
  idle,
  packed,
];
