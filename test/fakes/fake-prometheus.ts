import { PortFailure } from '../../src/ports/failure.ts';
import type { Prometheus, PrometheusSample, PrometheusSeries } from '../../src/ports/prometheus.ts';

type Answer = number | readonly PrometheusSample[] | Error;

/** Answers by expression; a list of answers is given out one by one, the last one for ever. */
export class FakePrometheus implements Prometheus {
  readonly url = 'http://prometheus.test:9090';
  readonly queries: string[] = [];
  readonly ranges: { readonly from: number; readonly to: number; readonly stepMs: number }[] = [];
  readonly #answers = new Map<string, Answer[]>();
  readonly #past = new Map<string, readonly PrometheusSeries[] | Error>();

  on(expression: string, ...answers: readonly [Answer, ...Answer[]]): this {
    this.#answers.set(expression, [...answers]);
    return this;
  }

  /** What `range` answers; nothing remembered unless told. */
  remember(expression: string, past: readonly PrometheusSeries[] | Error): this {
    this.#past.set(expression, past);
    return this;
  }

  range(
    expression: string,
    span: { readonly from: number; readonly to: number; readonly stepMs: number },
  ): Promise<readonly PrometheusSeries[]> {
    this.ranges.push(span);
    const past = this.#past.get(expression) ?? [];
    return past instanceof Error ? Promise.reject(past) : Promise.resolve(past);
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
