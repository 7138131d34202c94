import type { ValueType } from './ast.ts';

export interface Signature {
  readonly args: readonly ValueType[];
  /** How many of the last arguments may be left out. */
  readonly optional?: number;
  /** The last argument may be repeated. */
  readonly variadic?: boolean;
  readonly returns: ValueType;
}

const V = 'instant vector';
const R = 'range vector';
const S = 'scalar';

const overVector: Signature = { args: [V], returns: V };
const overRange: Signature = { args: [R], returns: V };

/** The functions of PromQL that are known here. */
export const SIGNATURES: Readonly<Record<string, Signature>> = {
  abs: overVector,
  absent: overVector,
  ceil: overVector,
  exp: overVector,
  floor: overVector,
  ln: overVector,
  log2: overVector,
  log10: overVector,
  sgn: overVector,
  sqrt: overVector,
  sort: overVector,
  sort_desc: overVector,
  timestamp: overVector,
  avg_over_time: overRange,
  changes: overRange,
  count_over_time: overRange,
  delta: overRange,
  idelta: overRange,
  increase: overRange,
  irate: overRange,
  last_over_time: overRange,
  max_over_time: overRange,
  min_over_time: overRange,
  present_over_time: overRange,
  rate: overRange,
  resets: overRange,
  sum_over_time: overRange,
  clamp: { args: [V, S, S], returns: V },
  clamp_max: { args: [V, S], returns: V },
  clamp_min: { args: [V, S], returns: V },
  histogram_quantile: { args: [S, V], returns: V },
  label_replace: { args: [V, 'string', 'string', 'string', 'string'], returns: V },
  round: { args: [V, S], optional: 1, returns: V },
  scalar: { args: [V], returns: S },
  time: { args: [], returns: S },
  vector: { args: [S], returns: V },
};
