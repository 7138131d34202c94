export interface PrometheusSample {
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** NaN and infinities are kept as such. */
  readonly value: number;
}

export interface Prometheus {
  readonly url: string;
  /** Instant query. A scalar comes back as one sample without labels. */
  query(
    expression: string,
    options?: { readonly signal?: AbortSignal },
  ): Promise<readonly PrometheusSample[]>;
}
