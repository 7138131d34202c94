/** One line of the table: what it costs, beside what it is compared with, measured in the same run. */
export interface Row {
  readonly name: string;
  /** What was done, in a few words. */
  readonly what: string;
  /** What it is compared with; 'limit' where the goal is a plain figure. */
  readonly peer: string;
  readonly unit: string;
  /** Medians. */
  readonly rollbook: number | undefined;
  readonly other: number | undefined;
  /** Median of the rounds' own ratios; undefined when it was not measured. */
  readonly ratio: number | undefined;
  readonly goal: number;
  readonly better: 'lower' | 'higher';
  /** Quarter and three-quarter point of the rounds' ratios. */
  readonly spread: readonly [number, number] | undefined;
  readonly rounds: number;
  /** The command line that did the work. */
  readonly command: string;
  /** Why it was not measured, or how to read it. */
  readonly note?: string;
}

export interface Context {
  /** The project whose build and sources are measured. */
  readonly root: string;
  /** A folder of its own, taken away afterwards. */
  readonly folder: string;
  /** How often everything is done; the median counts. */
  readonly rounds: number;
  /** As a test: small amounts, so that it takes seconds. */
  readonly quick: boolean;
}

export interface Benchmark {
  readonly name: string;
  run(context: Context): Promise<readonly Row[]>;
}

export function isGood({ ratio, goal, better }: Row): boolean | undefined {
  if (ratio === undefined) return undefined;
  return better === 'lower' ? ratio <= goal : ratio >= goal;
}
