import { type Labels, seriesId } from '../series.ts';
import type { Binary, Matching } from './ast.ts';
import { isComparison } from './check.ts';
import { QueryProblem } from './problem.ts';
import { omit, pick, type Sample, scalar, type Value, vector, withoutName } from './value.ts';

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '^': (a, b) => a ** b,
  atan2: Math.atan2,
};

const COMPARE: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
};

/** The result for one pair; undefined when a comparison filters it out. */
function combine(binary: Binary, left: number, right: number, kept: number): number | undefined {
  const { operator, bool } = binary;
  const test = COMPARE[operator];
  if (test === undefined) return ARITHMETIC[operator]?.(left, right);
  if (bool) return test(left, right) ? 1 : 0;
  return test(left, right) ? kept : undefined;
}

/** A filtering comparison leaves the sample as it was, its name included. */
function keepsLabels({ operator, bool }: Binary): boolean {
  return isComparison(operator) && !bool;
}

export function evaluateBinary(binary: Binary, left: Value, right: Value): Value {
  if (left.type === 'scalar' && right.type === 'scalar') {
    return scalar(combine(binary, left.value, right.value, left.value) ?? Number.NaN);
  }
  if (left.type === 'vector' && right.type === 'scalar') {
    return vector(each(binary, left.samples, (value) => combine(binary, value, right.value, value)));
  }
  if (left.type === 'scalar' && right.type === 'vector') {
    return vector(each(binary, right.samples, (value) => combine(binary, left.value, value, value)));
  }
  if (left.type !== 'vector' || right.type !== 'vector') {
    throw new QueryProblem(
      'execution',
      'binary expression must contain only scalar and instant vector types',
    );
  }
  const keyOf = (labels: Labels) => seriesId(matchingLabels(binary.matching, labels));
  if (binary.operator === 'and' || binary.operator === 'unless') {
    const there = new Set(right.samples.map(({ labels }) => keyOf(labels)));
    return vector(
      left.samples.filter(({ labels }) => there.has(keyOf(labels)) === (binary.operator === 'and')),
    );
  }
  if (binary.operator === 'or') {
    const there = new Set(left.samples.map(({ labels }) => keyOf(labels)));
    return vector([...left.samples, ...right.samples.filter(({ labels }) => !there.has(keyOf(labels)))]);
  }
  return vector(joined(binary, left.samples, right.samples, keyOf));
}

function each(
  binary: Binary,
  samples: readonly Sample[],
  compute: (value: number) => number | undefined,
): Sample[] {
  return samples.flatMap(({ labels, value }) => {
    const result = compute(value);
    if (result === undefined) return [];
    return [{ labels: keepsLabels(binary) ? labels : withoutName(labels), value: result }];
  });
}

function matchingLabels({ on, labels: names }: Matching, labels: Labels): Record<string, string> {
  return on ? pick(labels, names) : omit(labels, [...names, '__name__']);
}

function joined(
  binary: Binary,
  left: readonly Sample[],
  right: readonly Sample[],
  keyOf: (labels: Labels) => string,
): Sample[] {
  const manyRight = binary.matching.many === 'right';
  const [manySide, oneSide] = manyRight ? [right, left] : [left, right];
  const ones = new Map<string, Sample>();
  for (const sample of oneSide) {
    const key = keyOf(sample.labels);
    if (ones.has(key)) throw duplicate(binary, sample, manyRight ? 'left' : 'right');
    ones.set(key, sample);
  }
  const used = new Set<string>();
  return manySide.flatMap((sample) => {
    const key = keyOf(sample.labels);
    const one = ones.get(key);
    if (one === undefined) return [];
    if (binary.matching.many === undefined && used.has(key)) throw ambiguous();
    used.add(key);
    const [a, b] = manyRight ? [one, sample] : [sample, one];
    const value = combine(binary, a.value, b.value, a.value);
    return value === undefined ? [] : [{ labels: resultLabels(binary, sample, one), value }];
  });
}

function resultLabels(binary: Binary, many: Sample, one: Sample): Labels {
  const { matching } = binary;
  const base = keepsLabels(binary) ? many.labels : withoutName(many.labels);
  if (matching.many === undefined) {
    if (keepsLabels(binary) && !matching.on) return omit(base, matching.labels);
    return matching.on ? pick(base, matching.labels) : omit(base, matching.labels);
  }
  return { ...omit(base, matching.include), ...pick(one.labels, matching.include) };
}

function duplicate({ matching }: Binary, { labels }: Sample, side: string): QueryProblem {
  const group = JSON.stringify(matchingLabels(matching, labels));
  return new QueryProblem(
    'execution',
    `found duplicate series for the match group ${group} on the ${side} hand-side of the operation; many-to-many matching not allowed: matching labels must be unique on one side`,
  );
}

function ambiguous(): QueryProblem {
  return new QueryProblem(
    'execution',
    'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
  );
}
