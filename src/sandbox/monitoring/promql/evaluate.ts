import { type Labels, type SeriesMatcher, type SeriesStore, STALE, seriesId } from '../series.ts';
import { aggregate } from './aggregate.ts';
import type { Call, Expression, Selector } from './ast.ts';
import { evaluateBinary } from './binary.ts';
import { QueryProblem } from './problem.ts';
import { keepsName, RANGE_FUNCTIONS } from './range-functions.ts';
import { type RangeSeries, type Sample, scalar, type Value, vector, withoutName } from './value.ts';
import { histogramQuantile, labelReplace, SAMPLE_FUNCTIONS } from './vector-functions.ts';

/** How far back an instant selector looks for a sample. */
const LOOKBACK_MS = 5 * 60_000;

/** Computes expressions over the series in memory, each at one time. */
export class Evaluator {
  readonly #store: SeriesStore;
  readonly #time: number;

  /** `time` in milliseconds since the epoch. */
  constructor(store: SeriesStore, time: number) {
    this.#store = store;
    this.#time = time;
  }

  evaluate(expression: Expression): Value {
    switch (expression.kind) {
      case 'number':
        return scalar(expression.value);
      case 'string':
        return { type: 'string', value: expression.value };
      case 'selector':
        return expression.rangeMs === undefined
          ? vector(this.#instant(expression).map(({ labels, value }) => ({ labels, value })))
          : this.#range(expression, expression.rangeMs);
      case 'negation':
        return this.#negated(this.evaluate(expression.operand));
      case 'binary':
        return evaluateBinary(expression, this.evaluate(expression.left), this.evaluate(expression.right));
      case 'aggregation': {
        const parameter =
          expression.parameter === undefined ? Number.NaN : this.#scalar(expression.parameter);
        const samples = this.#vector(expression.argument);
        return vector(aggregate(expression.operator, expression.grouping, samples, parameter));
      }
      case 'call':
        return this.#call(expression);
      default:
        return expression satisfies never;
    }
  }

  #instant({ matchers, offsetMs }: Selector): (Sample & { readonly time: number })[] {
    const at = this.#time - offsetMs;
    return this.#store.select(matchers).flatMap((series) => {
      const index = series.firstAfter(at) - 1;
      const time = series.times[index];
      const value = series.values[index];
      if (time === undefined || value === undefined) return [];
      return time <= at - LOOKBACK_MS || value === STALE ? [] : [{ labels: series.labels, value, time }];
    });
  }

  #range({ matchers, offsetMs }: Selector, rangeMs: number): Value {
    const end = this.#time - offsetMs;
    const start = end - rangeMs;
    const series = this.#store.select(matchers).flatMap((item): RangeSeries[] => {
      const from = item.firstAfter(start);
      const to = item.firstAfter(end);
      const times = item.times.slice(from, to);
      const values = item.values.slice(from, to);
      const fresh = values.includes(STALE)
        ? {
            times: times.filter((_time, index) => values[index] !== STALE),
            values: values.filter((value) => value !== STALE),
          }
        : { times, values };
      return fresh.times.length === 0 ? [] : [{ labels: item.labels, ...fresh }];
    });
    return { type: 'matrix', series, start, end };
  }

  #negated(value: Value): Value {
    if (value.type === 'scalar') return scalar(-value.value);
    return vector(
      samplesOf(value).map((sample) => ({ labels: withoutName(sample.labels), value: -sample.value })),
    );
  }

  #vector(expression: Expression | undefined): readonly Sample[] {
    return expression === undefined ? [] : samplesOf(this.evaluate(expression));
  }

  #scalar(expression: Expression | undefined): number {
    const value = expression && this.evaluate(expression);
    return value?.type === 'scalar' ? value.value : Number.NaN;
  }

  #text(expression: Expression | undefined): string {
    return expression?.kind === 'string' ? expression.value : '';
  }

  #call({ name, args }: Call): Value {
    const [first, second] = args;
    const ranged = RANGE_FUNCTIONS[name];
    if (ranged !== undefined) return this.#overRange(name, ranged, first);
    const sampled = SAMPLE_FUNCTIONS[name];
    if (sampled !== undefined) {
      const limits = args.slice(1).map((arg) => this.#scalar(arg));
      if (name === 'clamp' && (limits[0] ?? 0) > (limits[1] ?? 0)) return vector([]);
      return unique(
        this.#vector(first).map(({ labels, value }) => ({
          labels: withoutName(labels),
          value: sampled(value, ...limits),
        })),
      );
    }
    switch (name) {
      case 'time':
        return scalar(this.#time / 1000);
      case 'vector':
        return vector([{ labels: {}, value: this.#scalar(first) }]);
      case 'scalar': {
        const samples = this.#vector(first);
        return scalar(samples.length === 1 ? (samples[0]?.value ?? Number.NaN) : Number.NaN);
      }
      case 'absent':
        return vector(this.#vector(first).length > 0 ? [] : [{ labels: absentLabels(first), value: 1 }]);
      case 'timestamp':
        return vector(this.#timestamps(first));
      case 'sort':
        return vector([...this.#vector(first)].sort((a, b) => a.value - b.value));
      case 'sort_desc':
        return vector([...this.#vector(first)].sort((a, b) => b.value - a.value));
      case 'histogram_quantile':
        return vector(histogramQuantile(this.#scalar(first), this.#vector(second)));
      case 'label_replace':
        return this.#replaced(args);
      default:
        throw new QueryProblem('execution', `the function "${name}" is not there`);
    }
  }

  #overRange(
    name: string,
    compute: (typeof RANGE_FUNCTIONS)[string],
    argument: Expression | undefined,
  ): Value {
    const matrix = argument && this.evaluate(argument);
    if (matrix?.type !== 'matrix') return vector([]);
    return unique(
      matrix.series.flatMap((series) => {
        const value = compute(series, matrix);
        if (value === undefined) return [];
        return [{ labels: keepsName(name) ? series.labels : withoutName(series.labels), value }];
      }),
    );
  }

  #timestamps(argument: Expression | undefined): Sample[] {
    if (argument?.kind === 'selector') {
      return this.#instant(argument).map(({ labels, time }) => ({
        labels: withoutName(labels),
        value: time / 1000,
      }));
    }
    return this.#vector(argument).map(({ labels }) => ({
      labels: withoutName(labels),
      value: this.#time / 1000,
    }));
  }

  #replaced([samples, target, replacement, source, pattern]: readonly Expression[]): Value {
    const text = this.#text(pattern);
    let expression: RegExp;
    try {
      expression = new RegExp(`^(?:${text})$`, 's');
    } catch {
      throw new QueryProblem('execution', `invalid regular expression in label_replace(): ${text}`);
    }
    const replaced = labelReplace(
      this.#vector(samples),
      this.#text(target),
      this.#text(replacement),
      this.#text(source),
      expression,
    );
    return unique(replaced);
  }
}

function samplesOf(value: Value): readonly Sample[] {
  return value.type === 'vector' ? value.samples : [];
}

/** Without their names, two series may have become one: Prometheus refuses that. */
function unique(samples: readonly Sample[]): Value {
  const seen = new Set<string>();
  for (const { labels } of samples) {
    const id = seriesId(labels);
    if (seen.has(id)) {
      throw new QueryProblem('execution', 'vector cannot contain metrics with the same labelset');
    }
    seen.add(id);
  }
  return vector(samples);
}

/** What `absent(up{job="x"})` can say of the missing series: its equality matchers. */
function absentLabels(expression: Expression | undefined): Labels {
  if (expression?.kind !== 'selector') return {};
  const exact = expression.matchers.filter(
    (matcher): matcher is SeriesMatcher & { exact: string } =>
      matcher.exact !== undefined && matcher.name !== '__name__',
  );
  return Object.fromEntries(exact.map(({ name, exact: value }) => [name, value]));
}
