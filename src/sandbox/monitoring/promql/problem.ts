/** A query that cannot be answered: `parse` as bad_data with 400, `execution` with 422. */
export class QueryProblem extends Error {
  readonly stage: 'parse' | 'execution';

  constructor(stage: 'parse' | 'execution', message: string) {
    super(message);
    this.name = 'QueryProblem';
    this.stage = stage;
  }
}

/** Prometheus tells places as line:column, both from 1. */
export function parseProblem(query: string, position: number, message: string): QueryProblem {
  const before = query.slice(0, position).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  return new QueryProblem('parse', `${before.length}:${column}: parse error: ${message}`);
}
