import type { LiveWatch } from '../cluster/live-feed.ts';
import { scopeTemplate } from '../engine/scope.ts';
import type { SessionState } from '../engine/state.ts';
import type { Json } from '../ports/json.ts';
import type { Limits, WatchSpec } from '../runbook/runbook.ts';

export interface Watched {
  readonly spec: LiveWatch;
  readonly links: NonNullable<WatchSpec['links']>;
  /** What cannot be watched as the runbook says, a sentence each. */
  readonly problems: readonly string[];
}

/**
 * What the runbook says is watched, its expressions filled in; they may name inputs, not what steps find out.
 * Throws an ExpressionFailure.
 */
export function watchedBy(state: SessionState): Watched | undefined {
  const { watch } = state.runbook;
  if (watch === undefined) return undefined;
  const filled = scopeTemplate(state, watch as unknown as Json) as unknown as WatchSpec;
  const { metrics = [], logs = [], links = [], ...rest } = filled;
  const problems: string[] = [];
  const spec = {
    ...rest,
    metrics: metrics.map((metric) => withNumbers(metric, problems)),
    logs: logs.map((log) => withNumbers(log, problems)),
  };
  return { spec, links, problems };
}

type Numbers = { readonly [Name in keyof Limits]: number };

/** A limit that an expression made may be no number: the figure is shown without it. */
function withNumbers<Spec extends Limits & { readonly title: string }>(
  spec: Spec,
  problems: string[],
): Omit<Spec, keyof Limits> & Numbers {
  const { warnAbove, criticalAbove, warnBelow, criticalBelow, ...rest } = spec;
  const given = Object.entries({ warnAbove, criticalAbove, warnBelow, criticalBelow }).flatMap(
    ([name, limit]) => {
      if (limit === undefined) return [];
      const number = limit === '' ? Number.NaN : Number(limit);
      if (Number.isFinite(number)) return [[name, number] as const];
      problems.push(`${spec.title}: its limit is to be a number, and "${limit}" is none`);
      return [];
    },
  );
  return { ...rest, ...(Object.fromEntries(given) as Numbers) };
}
