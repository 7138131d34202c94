import { PortFailure } from '../../src/ports/failure.ts';
import type { Prometheus, PrometheusSample } from '../../src/ports/prometheus.ts';

type Answer = number | readonly PrometheusSample[] | Error;

/** Answers by expression; a list of answers is given out one by one, the last one for ever. */
export class FakePrometheus implements Prometheus {
  readonly url = 'http://prometheus.test:9090';
  readonly queries: string[] = [];
  readonly #answers = new Map<string, Answer[]>();

  on(expression: string, ...answers: readonly [Answer, ...Answer[]]): this {
    this.#answers.set(expression, [...answers]);
    return this;
  }

  query(expression: string): Promise<readonly PrometheusSample[]> {
    this.queries.push(expression);
    const answers = this.#answers.get(expression);
    const answer = answers !== undefined && answers.length > 1 ? answers.shift() : answers?.[0];
    if (answer instanceof Error) return Promise.reject(answer);
    if (answer === undefined) {
      return Promise.reject(
        new PortFailure(`Prometheus does not know «${expression}».`, { reason: 'invalid', status: 400 }),
      );
    }
    return Promise.resolve(typeof answer === 'number' ? [{ labels: {}, at: 0, value: answer }] : answer);
  }
}
