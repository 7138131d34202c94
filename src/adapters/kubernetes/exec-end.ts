import { PortFailure } from '../../ports/failure.ts';
import { neutralise } from '../../prose/neutralise.ts';
import type { Status } from './status-failure.ts';

/** How a program ended, as the last message of its connection says it. */
export type Ending = Omit<Status, 'kind'> & { readonly status: 'Success' | 'Failure' };

/** The ending in what came over the channel for it; undefined while it is not whole. */
export function endingIn(bytes: Buffer): Ending | undefined {
  try {
    const value = JSON.parse(bytes.toString('utf8')) as Partial<Ending> | null;
    return value?.status === 'Success' || value?.status === 'Failure' ? (value as Ending) : undefined;
  } catch {
    return undefined;
  }
}

/** What was run where, for sentences: 'psql', 'pod/postgres-0'. */
export interface Running {
  readonly program: string;
  readonly where: string;
}

/** What runtimes say when the program itself could not be started: containerd and CRI-O, Docker, each in its words. */
const NOT_STARTED = /unable to start container process|OCI runtime exec failed|exec format error/;
const NO_SUCH_PROGRAM = /executable file not found|no such file or directory/;
const MAY_NOT_RUN = /permission denied/;
/** Docker and CRI-O end with one of these, and say why in the output, as if the program had said it. */
const EXIT_CODES_OF_RUNTIMES: ReadonlySet<number> = new Set([126, 127, 255]);

/** The exit code of an ending, or why there is none, thrown as PortFailure. `output`: what came before it. */
export function exitCodeOf(ending: Ending, output: string, running: Running): number {
  if (ending.status === 'Success') return 0;
  const cause = ending.details?.causes?.find(({ reason }) => reason === 'ExitCode');
  const code = Number(cause?.message ?? Number.NaN);
  if (!Number.isInteger(code)) throw notRun(ending.message ?? '', running);
  if (EXIT_CODES_OF_RUNTIMES.has(code) && NOT_STARTED.test(output)) throw notRun(output, running);
  return code;
}

function notRun(said: string, { program, where }: Running): PortFailure {
  if (NOT_STARTED.test(said) && NO_SUCH_PROGRAM.test(said)) {
    return new PortFailure(`There is no program ${program} in ${where}.`, {
      reason: 'not-found',
      detail: 'no-such-program',
      next: 'Correct its name, or choose the container that has it.',
    });
  }
  if (NOT_STARTED.test(said) && MAY_NOT_RUN.test(said)) {
    return new PortFailure(
      `${program} may not be run in ${where}: it is not a program, or not for this user.`,
      {
        reason: 'invalid',
        next: 'Correct its name.',
      },
    );
  }
  if (/container not found|container .* is not running/.test(said)) {
    return new PortFailure(`The container of ${where} does not run any more.`, {
      reason: 'not-found',
      next: 'Look at the pod, then plan again.',
    });
  }
  const words = neutralise(said).replace(/\s+/g, ' ').trim().slice(0, 300);
  return new PortFailure(
    `How ${program} in ${where} ended is not known${words === '' ? '.' : `: ${words}`}`,
    {
      reason: 'unexpected',
      detail: 'outcome-unknown',
      next: 'Look whether its effect is there before anything else.',
    },
  );
}
