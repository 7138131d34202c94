import { execa } from 'execa';
import { PortFailure } from '../../ports/failure.ts';
import type { ReadOptions } from '../../ports/kubernetes.ts';
import { neutralise } from '../../prose/neutralise.ts';
import { cancelledFailure } from '../network-failure.ts';

/** Runs git in one folder, to read. */
export interface Git {
  readonly folder: string;
  /** Standard output, as it is. `says` turns a refusal's words into a failure; without one it is unexpected. */
  run(args: readonly [string, ...string[]], options?: ReadOptions): Promise<string>;
}

const TIMEOUT_MS = 60_000;
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * What a clone, or the operator's own settings, could make git do besides reading: run a pager, a file system monitor,
 * a diff or text conversion program, fetch what is missing in a partial clone, take locks.
 */
const HARMLESS = [
  '--no-pager',
  '--no-optional-locks',
  '--no-replace-objects',
  '--literal-pathspecs',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'log.showSignature=false',
] as const;

const ENVIRONMENT = {
  LC_ALL: 'C',
  GIT_TERMINAL_PROMPT: '0',
  GIT_NO_LAZY_FETCH: '1',
  GIT_DIR: undefined,
  GIT_WORK_TREE: undefined,
  GIT_INDEX_FILE: undefined,
  GIT_EXTERNAL_DIFF: undefined,
  GIT_NAMESPACE: undefined,
} as const;

export function createGit(folder: string): Git {
  return { folder, run: (args, options) => run(folder, args, options) };
}

async function run(
  folder: string,
  args: readonly [string, ...string[]],
  { signal, timeoutMs = TIMEOUT_MS }: ReadOptions = {},
): Promise<string> {
  if (signal?.aborted) throw cancelledFailure('Reading the clone', signal.reason);
  const result = await execa('git', [...HARMLESS, ...args], {
    cwd: folder,
    env: ENVIRONMENT,
    stdin: 'ignore',
    timeout: timeoutMs,
    maxBuffer: MAX_BYTES,
    stripFinalNewline: false,
    reject: false,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  if (!result.failed) return result.stdout;
  if (result.isCanceled) throw cancelledFailure('Reading the clone', signal?.reason);
  const where = neutralise(folder);
  if (result.timedOut)
    throw new PortFailure(`git did not finish within ${timeoutMs / 1000} s in ${where}.`, {
      reason: 'timeout',
      next: 'Try again; a clone on a slow disk needs a longer time limit.',
    });
  if (result.isMaxBuffer)
    throw new PortFailure(`git said more than ${MAX_BYTES / 1024 / 1024} MiB about ${where}.`, {
      reason: 'unexpected',
      next: 'Compare versions that are closer together.',
    });
  throw refusal(result, where, args[0]);
}

interface Refused {
  readonly code?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly stderr: string;
}

function refusal({ code, exitCode, stderr }: Refused, where: string, command: string): PortFailure {
  const said = neutralise(
    stderr
      .replace(/^(fatal|error): /gm, '')
      .trim()
      .split('\n')[0] ?? '',
  );
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new PortFailure(`There is no folder ${where}, or git is not installed.`, {
      reason: 'not-configured',
      next: 'Correct the folder of the clone; install git if git --version does not work.',
    });
  if (/dubious ownership/.test(stderr))
    return new PortFailure(`The clone in ${where} belongs to another user; git will not read it.`, {
      reason: 'forbidden',
      next: `If you trust it: git config --global --add safe.directory ${where}`,
    });
  if (/not a git repository/i.test(stderr))
    return new PortFailure(`${where} is not a clone: there is no git repository in it.`, {
      reason: 'not-configured',
      next: 'Give the folder of a clone.',
    });
  const how = exitCode === undefined ? 'could not be run' : `ended with exit code ${exitCode}`;
  return new PortFailure(`git ${command} ${how} in ${where}${said === '' ? '' : `: ${said}`}.`, {
    reason: 'unexpected',
    next: 'Run git fsck there; clone it anew if something is broken.',
  });
}
