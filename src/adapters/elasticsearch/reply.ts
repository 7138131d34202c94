import type { ElasticsearchResult } from '../../ports/elasticsearch.ts';
import type { JsonObject } from '../../ports/json.ts';
import { neutralise } from '../../prose/neutralise.ts';

/** What went wrong, as Elasticsearch nests it. */
export interface Cause {
  readonly type?: string;
  readonly reason?: string;
  readonly caused_by?: Cause;
  readonly root_cause?: readonly Cause[];
  readonly failed_shards?: readonly { readonly reason?: Cause }[];
}

/** Answer of POST /INDEX/_search, or an error in its place; only what is used. */
export interface SearchReply {
  readonly error?: Cause | string;
  readonly timed_out?: boolean;
  readonly terminated_early?: boolean;
  readonly _shards?: {
    readonly total: number;
    readonly failed: number;
    readonly failures?: readonly { readonly reason?: Cause }[];
  };
  readonly _clusters?: { readonly total?: number; readonly skipped?: number };
  readonly hits?: {
    /** A bare number before version 7; absent when it was not asked for. */
    readonly total?: number | { readonly value: number; readonly relation: 'eq' | 'gte' };
    readonly hits: readonly {
      readonly _index: string;
      readonly _id?: string;
      readonly _source?: JsonObject;
    }[];
  };
  readonly aggregations?: JsonObject;
}

export function resultOf(reply: SearchReply): ElasticsearchResult {
  const hits = (reply.hits?.hits ?? []).map((hit) => ({
    index: hit._index,
    id: hit._id ?? '',
    source: hit._source ?? {},
  }));
  const total = reply.hits?.total;
  const incomplete = incompleteness(reply);
  return {
    total: (typeof total === 'object' ? total.value : total) ?? hits.length,
    atLeast: total === undefined || (typeof total === 'object' && total.relation === 'gte'),
    hits,
    aggregations: reply.aggregations ?? {},
    ...(incomplete === undefined ? {} : { incomplete }),
  };
}

/** The server answers 200 also when it has looked at a part only. */
function incompleteness({
  timed_out,
  terminated_early,
  _shards,
  _clusters,
}: SearchReply): string | undefined {
  if (_shards !== undefined && _shards.failed > 0) {
    const why = deepest(_shards.failures?.[0]?.reason);
    return `${_shards.failed} of ${_shards.total} shards could not be searched${why === undefined ? '' : `: ${why}`}`;
  }
  const skipped = _clusters?.skipped ?? 0;
  if (skipped > 0) return `${skipped} of ${_clusters?.total ?? skipped} clusters could not be searched`;
  if (timed_out) return 'Elasticsearch ran out of time before all was searched';
  return terminated_early ? 'the search was ended before all was searched' : undefined;
}

/** The innermost reason: the outer ones only say that all shards failed. */
export function deepest(cause: Cause | undefined): string | undefined {
  if (cause === undefined) return undefined;
  const inner = cause.failed_shards?.[0]?.reason ?? cause.root_cause?.find((one) => one !== cause);
  const said = deepest(cause.caused_by) ?? deepest(inner) ?? cause.reason;
  return said === undefined ? undefined : neutralise(said).replace(/\.$/, '');
}
