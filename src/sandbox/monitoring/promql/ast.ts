import type { SeriesMatcher } from '../series.ts';

export type ValueType = 'scalar' | 'string' | 'instant vector' | 'range vector';

export interface NumberLiteral {
  readonly kind: 'number';
  readonly value: number;
}

export interface StringLiteral {
  readonly kind: 'string';
  readonly value: string;
}

export interface Selector {
  readonly kind: 'selector';
  readonly matchers: readonly SeriesMatcher[];
  readonly offsetMs: number;
  /** Set for a range, `[5m]`. */
  readonly rangeMs?: number;
}

export interface Call {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Expression[];
}

export interface Grouping {
  readonly by: boolean;
  readonly labels: readonly string[];
}

export interface Aggregation {
  readonly kind: 'aggregation';
  readonly operator: string;
  readonly argument: Expression;
  /** The k of topk, the φ of quantile. */
  readonly parameter?: Expression;
  readonly grouping: Grouping;
}

export interface Matching {
  readonly on: boolean;
  readonly labels: readonly string[];
  /** Which side may have several series for one of the other. */
  readonly many?: 'left' | 'right';
  readonly include: readonly string[];
}

export interface Binary {
  readonly kind: 'binary';
  readonly operator: string;
  readonly left: Expression;
  readonly right: Expression;
  readonly bool: boolean;
  readonly matching: Matching;
}

export interface Negation {
  readonly kind: 'negation';
  readonly operand: Expression;
}

export type Expression = NumberLiteral | StringLiteral | Selector | Call | Aggregation | Binary | Negation;
