import { seriesId } from '../series.ts';
import { omit, type Sample, withoutName } from './value.ts';

/** Functions of one number, applied to each sample. */
export const SAMPLE_FUNCTIONS: Readonly<Record<string, (value: number, ...limits: number[]) => number>> = {
  abs: Math.abs,
  ceil: Math.ceil,
  exp: Math.exp,
  floor: Math.floor,
  ln: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  sgn: Math.sign,
  sqrt: Math.sqrt,
  clamp: (value, low = Number.NaN, high = Number.NaN) => Math.max(low, Math.min(high, value)),
  clamp_max: (value, high = Number.NaN) => Math.min(high, value),
  clamp_min: (value, low = Number.NaN) => Math.max(low, value),
  round: (value, nearest = 1) => Math.floor(value / nearest + 0.5) * nearest,
};

interface Bucket {
  readonly bound: number;
  readonly count: number;
}

/** `histogram_quantile`: the φ-quantile of each histogram among classic `le` buckets. */
export function histogramQuantile(quantile: number, samples: readonly Sample[]): Sample[] {
  const histograms = new Map<string, { labels: Record<string, string>; buckets: Bucket[] }>();
  for (const { labels, value } of samples) {
    const le = labels.le;
    if (le === undefined) continue;
    const rest = omit(withoutName(labels), ['le']);
    const id = seriesId(rest);
    const histogram = histograms.get(id) ?? { labels: rest, buckets: [] };
    histograms.set(id, histogram);
    histogram.buckets.push({ bound: le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le), count: value });
  }
  return [...histograms.values()].map(({ labels, buckets }) => ({
    labels,
    value: bucketQuantile(quantile, buckets),
  }));
}

function bucketQuantile(quantile: number, unsorted: readonly Bucket[]): number {
  if (Number.isNaN(quantile)) return Number.NaN;
  if (quantile < 0) return Number.NEGATIVE_INFINITY;
  if (quantile > 1) return Number.POSITIVE_INFINITY;
  const buckets = [...unsorted].sort((a, b) => a.bound - b.bound);
  const highest = buckets.at(-1);
  if (highest === undefined || highest.bound !== Number.POSITIVE_INFINITY || buckets.length < 2)
    return Number.NaN;
  if (highest.count === 0 || Number.isNaN(highest.count)) return Number.NaN;
  const rank = quantile * highest.count;
  const index = buckets.findIndex(({ count }) => count >= rank);
  const bucket = buckets[index] ?? highest;
  const before = buckets[index - 1];
  if (bucket === highest) return buckets.at(-2)?.bound ?? Number.NaN;
  if (before === undefined && bucket.bound <= 0) return bucket.bound;
  const start = before?.bound ?? 0;
  const below = before?.count ?? 0;
  return start + ((bucket.bound - start) * (rank - below)) / (bucket.count - below);
}

/** `label_replace`, with `$1` and `${name}` in the replacement. */
export function labelReplace(
  samples: readonly Sample[],
  target: string,
  replacement: string,
  source: string,
  pattern: RegExp,
): Sample[] {
  return samples.map((sample) => {
    const match = pattern.exec(sample.labels[source] ?? '');
    if (match === null) return sample;
    const value = replacement.replace(/\$(?:(\d+)|\{(\w+)\})/g, (_whole, number?: string, name?: string) => {
      const group = number ?? name ?? '';
      return (/^\d+$/.test(group) ? match[Number(group)] : match.groups?.[group]) ?? '';
    });
    const rest = omit(sample.labels, [target]);
    return { ...sample, labels: value === '' ? rest : { ...rest, [target]: value } };
  });
}
