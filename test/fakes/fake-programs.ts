import { PortFailure } from '../../src/ports/failure.ts';
import type { ExecOptions, ExecRequest, ExecResult } from '../../src/ports/kubernetes.ts';

/** What a program in a container does; undefined: there is no such program. */
export type FakeProgram = (
  request: ExecRequest,
) => Partial<ExecResult> | Promise<Partial<ExecResult>> | undefined;

export async function runProgram(
  program: FakeProgram,
  request: ExecRequest,
  { onOutput }: ExecOptions,
): Promise<ExecResult> {
  const answer = await program(request);
  if (answer === undefined) {
    const details = { reason: 'not-found', detail: 'no-such-program' } as const;
    throw new PortFailure(`${request.pod} has no program ${request.argv[0]}.`, details);
  }
  const { stdout = '', stderr = '' } = answer;
  for (const chunk of [stdout, stderr]) if (chunk !== '') onOutput?.(chunk);
  const outputBytes = Buffer.byteLength(stdout) + Buffer.byteLength(stderr);
  return { exitCode: 0, truncated: false, durationMs: 5, outputBytes, ...answer, stdout, stderr };
}
