export interface PrometheusSample {
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** NaN and infinities are kept as such. */
  readonly value: number;
}

export interface PrometheusSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Oldest first; where there was no value, there is no point. */
  readonly points: readonly { readonly at: number; readonly value: number }[];
}

export interface Prometheus {
  readonly url: string;
  /** Instant query. A scalar comes back as one sample without labels. */
  query(
    expression: string,
    options?: { readonly signal?: AbortSignal },
  ): Promise<readonly PrometheusSample[]>;
  /** The expression at each `stepMs` between the two times, in milliseconds since the epoch. */
  range(
    expression: string,
    span: { readonly from: number; readonly to: number; readonly stepMs: number },
    options?: { readonly signal?: AbortSignal },
  ): Promise<readonly PrometheusSeries[]>;
}
