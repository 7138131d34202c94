import type { JsonObject } from './json.ts';
import type { ReadOptions } from './kubernetes.ts';

export interface ElasticsearchHit {
  readonly index: string;
  readonly id: string;
  /** The document as it was indexed. */
  readonly source: JsonObject;
}

export interface ElasticsearchResult {
  /** Of all that match, not only of those returned. */
  readonly total: number;
  /** Whether `total` is a lower bound (track_total_hits). */
  readonly atLeast: boolean;
  readonly hits: readonly ElasticsearchHit[];
}

export interface Elasticsearch {
  readonly url: string;
  /** `body` as of POST /INDEX/_search: query, sort, size … */
  search(
    request: { readonly index: string; readonly body: JsonObject },
    options?: ReadOptions,
  ): Promise<ElasticsearchResult>;
}
