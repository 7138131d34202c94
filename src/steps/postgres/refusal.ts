import { PortFailure } from '../../ports/failure.ts';
import type { ExecResult } from '../../ports/kubernetes.ts';
import { neutralise } from '../../prose/neutralise.ts';
import { StepFailure } from '../step-kind.ts';

const SHOWN = 300;

/** What a program said on its way out, in one line: its first error, or the last thing that it said. */
export function complaint({ stderr, exitCode }: Pick<ExecResult, 'stderr' | 'exitCode'>): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const first = lines.find((line) => /\b(?:ERROR|FATAL|PANIC)\b|error:/.test(line)) ?? lines.at(-1);
  return first === undefined ? `exit code ${exitCode}, no message` : neutralise(first.trim()).slice(0, SHOWN);
}

/** Failures with a known way out: a part of the message, and what to do. */
const KNOWN: readonly (readonly [RegExp, string])[] = [
  [/No space left on device/, 'Make room on the volume, then try again.'],
  [
    /Peer authentication failed|role "[^"]*" does not exist|no password supplied|password authentication failed/,
    'Give the role that may connect inside the pod with user:.',
  ],
  [/permission denied|must be owner|must be superuser/, 'Give a role with more rights with user:.'],
  [/is being accessed by other users/, 'Look at who is connected, end those sessions, then try again.'],
  [/database "[^"]*" does not exist/, 'Look at the names of the databases on this server.'],
  [/No such file or directory/, 'Look at the name of the file or folder.'],
];

/** The program ended with an error. A server that cannot be reached at the moment is a PortFailure: it may pass. */
export function refusalOf(result: ExecResult, program: string, purpose: string, pod: string): Error {
  const said = complaint(result);
  const message = `Could not ${neutralise(purpose)}: ${said}.`.replace(/\.\.$/, '.');
  const next = KNOWN.find(([pattern]) => pattern.test(result.stderr))?.[1];
  const away =
    /the database system is (?:starting up|shutting down)|Connection refused|server closed the connection/;
  if (program === 'psql' && result.exitCode === 2 && away.test(result.stderr))
    return new PortFailure(message, {
      reason: 'refused',
      next: `Look whether PostgreSQL runs in pod/${pod}.`,
    });
  return new StepFailure(message, {
    ...(next === undefined ? {} : { next }),
    details: { program, exitCode: result.exitCode },
  });
}
