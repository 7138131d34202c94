import { PortFailure } from '../../ports/failure.ts';
import type { ExecResult } from '../../ports/kubernetes.ts';
import { neutralise } from '../../prose/neutralise.ts';
import { shellLine } from '../../prose/shell-quote.ts';
import type { Place } from '../kubernetes/place.ts';
import { StepFailure } from '../step-kind.ts';

/** manage.py in one container. */
export interface Manage {
  readonly pod: string;
  readonly container: string;
  readonly python: string;
  readonly manage: string;
}

/** Django's own start takes a second or two; a database that does not answer must not hold a plan for ever. */
const READ_MS = 60_000;

export function manageArgv(
  { python, manage }: Manage,
  args: readonly string[],
): readonly [string, ...string[]] {
  return [python, manage, ...args];
}

/** The line that does the same by hand. */
export function kubectlExec(target: Manage, namespace: string, argv: readonly string[]): string {
  return shellLine(['kubectl', 'exec', '-n', namespace, target.pod, '-c', target.container, '--', ...argv]);
}

/** Runs a command of manage.py that only reads, and waits for its end. */
export function readManage(place: Place, target: Manage, args: readonly string[]): Promise<ExecResult> {
  return place.kube.inspect(
    {
      namespace: place.namespace,
      pod: target.pod,
      container: target.container,
      argv: manageArgv(target, args),
    },
    { ...place.options, timeoutMs: READ_MS },
  );
}

/** There is no such interpreter in the container, or no manage.py under that path. */
export function hasNoDjango(end: ExecResult | unknown): boolean {
  if (end instanceof PortFailure) return end.detail === 'no-such-program';
  const { exitCode, stderr } = end as Partial<ExecResult>;
  return exitCode === 2 && /can't open file .*No such file or directory/.test(stderr ?? '');
}

/** The end of what a failed command printed: Django's own sentence ('CommandError: …'), or the last line of a traceback. */
export function lastWords({ stdout, stderr, exitCode }: ExecResult): string {
  const lines = neutralise(`${stdout}\n${stderr}`, { multiline: true })
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const told =
    lines.findLast((line) => /^(?:\w+\.)*\w*(?:Error|Exception|History|Exists)\b.*: /.test(line)) ??
    lines.at(-1);
  return told ?? `it ended with exit code ${exitCode} and said nothing`;
}

/** Throws a StepFailure with Django's own words when the command did not succeed. */
export function succeeded(result: ExecResult, target: Manage, args: readonly string[]): ExecResult {
  if (result.exitCode === 0) return result;
  throw new StepFailure(`"manage.py ${args.join(' ')}" failed in pod/${target.pod}: ${lastWords(result)}`, {
    next: whatNext(lastWords(result)),
    details: { exitCode: result.exitCode, stderr: result.stderr.slice(-4000) },
  });
}

function whatNext(words: string): string {
  if (/OperationalError|could not connect|connection/i.test(words))
    return 'Django does not reach its database from this pod: look at the postgres pod first.';
  if (/InconsistentMigrationHistory/.test(words))
    return 'Somebody has changed the book of migrations (django_migrations) by hand: do not migrate before that is understood.';
  return 'Run the command by hand in that pod and look at what it prints.';
}
