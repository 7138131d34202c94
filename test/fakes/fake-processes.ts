import { PortFailure } from '../../src/ports/failure.ts';
import type { Processes, ProcessRequest, ProcessResult } from '../../src/ports/process.ts';

type Answer = Partial<ProcessResult> | Error | ((request: ProcessRequest) => Partial<ProcessResult> | Error);

/** Programs by name, or by the whole line for a more specific answer; whatever is not known is not installed. */
export class FakeProcesses implements Processes {
  readonly runs: ProcessRequest[] = [];
  readonly #answers = new Map<string, Answer[]>();

  /** `line`: 'git' for any call of it, or 'git log --oneline' for exactly that one. */
  on(line: string, ...answers: readonly [Answer, ...Answer[]]): this {
    this.#answers.set(line, [...answers]);
    return this;
  }

  async run(
    request: ProcessRequest,
    options: { readonly signal: AbortSignal; readonly onOutput?: (chunk: string) => void },
  ): Promise<ProcessResult> {
    this.runs.push(request);
    if (options.signal.aborted)
      throw new PortFailure(`${request.argv[0]} was cancelled.`, { reason: 'cancelled' });
    const answers = this.#answers.get(request.argv.join(' ')) ?? this.#answers.get(request.argv[0]);
    const given = answers !== undefined && answers.length > 1 ? answers.shift() : answers?.[0];
    const answer = typeof given === 'function' ? given(request) : given;
    if (answer instanceof Error) throw answer;
    if (answer === undefined) {
      throw new PortFailure(`The program ${request.argv[0]} is not installed here.`, { reason: 'not-found' });
    }
    const tail = answer.tail ?? answer.stdout ?? '';
    if (tail !== '') options.onOutput?.(tail);
    return {
      exitCode: 0,
      signal: undefined,
      timedOut: false,
      durationMs: 5,
      stdout: tail,
      outputBytes: Buffer.byteLength(tail),
      ...answer,
      tail,
    };
  }
}
