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
  /** As the request's `aggs` named them. */
  readonly aggregations: JsonObject;
  /** Why some of what matches may be missing, a sentence: shards that failed, time that ran out. Absent: complete. */
  readonly incomplete?: string;
}

export interface Elasticsearch {
  readonly url: string;
  /**
   * `body` as of POST /INDEX/_search: query, sort, size, aggs … All that match are counted unless it says otherwise.
   * A pattern that no index matches is a PortFailure 'not-found': what was never there cannot be counted.
   */
  search(
    request: { readonly index: string; readonly body: JsonObject },
    options?: ReadOptions,
  ): Promise<ElasticsearchResult>;
}
