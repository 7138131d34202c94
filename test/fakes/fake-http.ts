import { PortFailure } from '../../src/ports/failure.ts';
import type { HttpReadRequest, HttpReads, HttpResponse } from '../../src/ports/http.ts';

type Answer = Partial<HttpResponse> | Error;

/** Answers by URL; a list of answers is given out one by one, the last one for ever. */
export class FakeHttp implements HttpReads {
  readonly requests: HttpReadRequest[] = [];
  readonly #answers = new Map<string, Answer[]>();

  on(url: string, ...answers: readonly [Answer, ...Answer[]]): this {
    this.#answers.set(url, [...answers]);
    return this;
  }

  read(request: HttpReadRequest): Promise<HttpResponse> {
    this.requests.push(request);
    const answers = this.#answers.get(request.url);
    const answer = answers !== undefined && answers.length > 1 ? answers.shift() : answers?.[0];
    if (answer instanceof Error) return Promise.reject(answer);
    if (answer === undefined) {
      return Promise.reject(new PortFailure(`Nothing answers at ${request.url}.`, { reason: 'refused' }));
    }
    return Promise.resolve({
      status: 200,
      headers: {},
      body: '',
      truncated: false,
      durationMs: 5,
      ...answer,
    });
  }
}
