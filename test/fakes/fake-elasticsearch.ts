import type { Elasticsearch, ElasticsearchResult } from '../../src/ports/elasticsearch.ts';
import type { JsonObject } from '../../src/ports/json.ts';

type Answer = Partial<ElasticsearchResult> | Error;

const NOTHING: ElasticsearchResult = { total: 0, atLeast: false, hits: [], aggregations: {} };

/** Gives its answers one by one, the last one for ever; without any, nothing is found. */
export class FakeElasticsearch implements Elasticsearch {
  readonly url = 'http://elasticsearch.test:9200';
  readonly searches: { readonly index: string; readonly body: JsonObject }[] = [];
  readonly #answers: Answer[];

  constructor(...answers: readonly Answer[]) {
    this.#answers = [...answers];
  }

  search(request: { readonly index: string; readonly body: JsonObject }): Promise<ElasticsearchResult> {
    this.searches.push(request);
    const answer = this.#answers.length > 1 ? this.#answers.shift() : this.#answers[0];
    if (answer instanceof Error) return Promise.reject(answer);
    return Promise.resolve({ ...NOTHING, ...answer });
  }
}

/** One document, as Filebeat writes it. */
export function logged(message: string, at = '2026-11-02T03:00:00.000Z', level = 'error') {
  const source = {
    '@timestamp': at,
    log: { level },
    message,
    kubernetes: { namespace: 'banking-app', pod: { name: 'backend-green-1' } },
  };
  return { index: 'logs-app', id: message, source };
}

/** What the live view's histogram and its last minute look like. */
export function counted(steps: readonly number[], minute: number): Partial<ElasticsearchResult> {
  return {
    aggregations: {
      steps: { buckets: steps.map((doc_count, key) => ({ key, doc_count })) },
      minute: { doc_count: minute },
    },
  };
}
