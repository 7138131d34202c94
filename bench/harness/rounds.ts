import type { Row } from './benchmark.ts';

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** `at` between 0 and 1; between two values the mean of them, weighted. NaN of nothing. */
export function quantile(values: readonly number[], at: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * at;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

export type Variants<Name extends string> = Readonly<Record<Name, () => Promise<number>>>;
export type Measured<Name extends string> = Readonly<Record<Name, readonly number[]>>;

/** Does everything once a round, each round in another order, so that a noisy minute falls on all alike. */
export async function interleaved<Name extends string>(
  variants: Variants<Name>,
  rounds: number,
): Promise<Measured<Name>> {
  const names = Object.keys(variants) as Name[];
  const measured = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>;
  for (let round = 0; round < rounds; round += 1) {
    for (let at = 0; at < names.length; at += 1) {
      const name = names[(at + round) % names.length] as Name;
      measured[name].push(await variants[name]());
    }
  }
  return measured;
}

type Described = Pick<Row, 'name' | 'what' | 'peer' | 'unit' | 'goal' | 'command'> &
  Partial<Pick<Row, 'better' | 'note'>>;

/** Round by round, ours over theirs. */
export function compared(described: Described, ours: readonly number[], theirs: readonly number[]): Row {
  const ratios = ours.map((value, round) => value / (theirs[round] ?? Number.NaN));
  return {
    better: 'lower',
    ...described,
    rollbook: median(ours),
    other: median(theirs),
    ratio: median(ratios),
    spread: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    rounds: ours.length,
  };
}

/** Against a plain figure, in the same unit: the ratio is the part of it that was used, and the goal is 1. */
export function limited(
  described: Omit<Described, 'peer' | 'goal'>,
  ours: readonly number[],
  limit: number,
): Row {
  return compared(
    { ...described, peer: 'limit', goal: 1 },
    ours,
    ours.map(() => limit),
  );
}

export function unmeasured(described: Described, why: string): Row {
  return {
    better: 'lower',
    ...described,
    rollbook: undefined,
    other: undefined,
    ratio: undefined,
    spread: undefined,
    rounds: 0,
    note: `not measured: ${why}`,
  };
}
