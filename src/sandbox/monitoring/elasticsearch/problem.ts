/** An error of Elasticsearch: answered with its status, its type and its words. */
export class ElasticsearchProblem extends Error {
  readonly status: number;
  readonly type: string;
  readonly more: Readonly<Record<string, unknown>>;

  constructor(status: number, type: string, reason: string, more: Readonly<Record<string, unknown>> = {}) {
    super(reason);
    this.name = 'ElasticsearchProblem';
    this.status = status;
    this.type = type;
    this.more = more;
  }
}

export function parsingProblem(reason: string): ElasticsearchProblem {
  return new ElasticsearchProblem(400, 'parsing_exception', reason, { line: 1, col: 1 });
}

/** What the shards find wrong with a query only when they run it. */
export function shardProblem(reason: string, index: string): ElasticsearchProblem {
  const cause = { type: 'query_shard_exception', reason, index_uuid: '_na_', index };
  return new ElasticsearchProblem(400, 'search_phase_execution_exception', 'all shards failed', {
    root_cause: [cause],
    phase: 'query',
    grouped: true,
    failed_shards: [{ shard: 0, index, node: 'sandbox', reason: cause }],
  });
}

/** The body of the answer. */
export function problemBody({ status, type, message, more }: ElasticsearchProblem): object {
  const own = { type, reason: message, ...more };
  const { root_cause = [{ type, reason: message, ...more }], ...rest } = own as typeof own & {
    root_cause?: unknown;
  };
  return { error: { root_cause, ...rest }, status };
}
