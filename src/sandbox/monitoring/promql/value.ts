import type { Labels } from '../series.ts';

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

export interface RangeSeries {
  readonly labels: Labels;
  /** Milliseconds, oldest first; stale markers left out. */
  readonly times: readonly number[];
  readonly values: readonly number[];
}

export type Value =
  | { readonly type: 'scalar'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'vector'; readonly samples: readonly Sample[] }
  | {
      readonly type: 'matrix';
      readonly series: readonly RangeSeries[];
      /** The window, in milliseconds; its start is outside. */
      readonly start: number;
      readonly end: number;
    };

export function scalar(value: number): Value {
  return { type: 'scalar', value };
}

export function vector(samples: readonly Sample[]): Value {
  return { type: 'vector', samples };
}

/** What is computed from a metric is no longer that metric. */
export function withoutName(labels: Labels): Labels {
  if (labels.__name__ === undefined) return labels;
  const { __name__: _name, ...rest } = labels;
  return rest;
}

export function pick(labels: Labels, names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) if (labels[name] !== undefined) picked[name] = labels[name];
  return picked;
}

export function omit(labels: Labels, names: readonly string[]): Record<string, string> {
  const dropped = new Set(names);
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !dropped.has(name)));
}
