import { execa } from 'execa';
import { PortFailure } from '../../ports/failure.ts';
import type { ReadOptions } from '../../ports/kubernetes.ts';
import { neutralise } from '../../prose/neutralise.ts';
import { shellLine } from '../../prose/shell-quote.ts';
import { cancelledFailure } from '../network-failure.ts';

type Arguments = readonly [string, ...string[]];

/** Runs git in one folder, to read. */
export interface GitRunner {
  readonly folder: string;
  /** Standard output as text, as it is. */
  run(args: Arguments, options?: ReadOptions): Promise<string>;
  /** Standard output as bytes; `input` is what git reads. */
  bytes(args: Arguments, input: string, options?: ReadOptions): Promise<Buffer>;
}

const TIMEOUT_MS = 60_000;
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * What a repository, or the operator's own settings, could make git do besides reading: run a hook, a pager, a file
 * system monitor, a diff or text conversion program, fetch what is missing in a partial clone, take locks.
 */
const HARMLESS = [
  '--no-pager',
  '--no-optional-locks',
  '--no-replace-objects',
  '--literal-pathspecs',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'log.showSignature=false',
  '-c',
  'protocol.allow=never',
  '-c',
  'i18n.logOutputEncoding=UTF-8',
] as const;

const ENVIRONMENT = { LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_NO_LAZY_FETCH: '1' } as const;
/** Where git finds the settings of the user and of the machine: whom they trust stands there. */
const KEPT = new Set([
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_SYSTEM',
  'GIT_CONFIG_NOSYSTEM',
  'GIT_CEILING_DIRECTORIES',
]);

/** Nothing that git finds in the environment may lead it to another repository, program or setting. */
function cleanEnvironment(env: NodeJS.ProcessEnv): Record<string, string | undefined> {
  const led = Object.keys(env).filter((name) => name.startsWith('GIT_') && !KEPT.has(name));
  return { ...Object.fromEntries(led.map((name) => [name, undefined])), ...ENVIRONMENT };
}

export function createGitRunner(folder: string): GitRunner {
  return {
    folder,
    run: async (args, options) => (await run(folder, args, undefined, options)).toString('utf8'),
    bytes: (args, input, options) => run(folder, args, input, options),
  };
}

async function run(
  folder: string,
  args: Arguments,
  input: string | undefined,
  { signal, timeoutMs = TIMEOUT_MS }: ReadOptions = {},
): Promise<Buffer> {
  if (signal?.aborted) throw cancelledFailure('Reading the repository', signal.reason);
  const result = await execa('git', [...HARMLESS, ...args], {
    cwd: folder,
    env: cleanEnvironment(process.env),
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
    encoding: 'buffer',
    timeout: timeoutMs,
    maxBuffer: MAX_BYTES,
    stripFinalNewline: false,
    reject: false,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  if (!result.failed) return Buffer.from(result.stdout);
  if (result.isCanceled) throw cancelledFailure('Reading the repository', signal?.reason);
  const where = neutralise(folder);
  if (result.timedOut)
    throw new PortFailure(`git did not finish within ${timeoutMs / 1000} s in ${where}.`, {
      reason: 'timeout',
      next: 'Try again; a repository on a slow disk needs a longer time limit.',
    });
  if (result.isMaxBuffer)
    throw new PortFailure(`git said more than ${MAX_BYTES / 1024 / 1024} MiB about ${where}.`, {
      reason: 'unexpected',
      next: 'Ask for less: a narrower path, or versions that are closer together.',
    });
  const { code, exitCode } = result;
  throw refusal(folder, { code, exitCode, stderr: Buffer.from(result.stderr).toString('utf8') }, args[0]);
}

interface Refused {
  readonly code?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly stderr: string;
}

function refusal(folder: string, { code, exitCode, stderr }: Refused, command: string): PortFailure {
  const where = neutralise(folder);
  const said = neutralise(
    stderr
      .replace(/^(fatal|error): /gm, '')
      .trim()
      .split('\n')[0] ?? '',
  );
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new PortFailure(`There is no folder ${where}, or git is not installed.`, {
      reason: 'not-configured',
      next: 'Correct the folder of the repository; install git if git --version does not work.',
    });
  if (/dubious ownership/.test(stderr))
    return new PortFailure(`The repository in ${where} belongs to another user; git will not read it.`, {
      reason: 'forbidden',
      next: `If you trust it: ${shellLine(['git', 'config', '--global', '--add', 'safe.directory', folder])}`,
    });
  if (/not a git repository/i.test(stderr))
    return new PortFailure(`There is no git repository in ${where}.`, {
      reason: 'not-configured',
      next: 'Give the folder of a repository, or of a clone.',
    });
  const how = exitCode === undefined ? 'could not be run' : `ended with exit code ${exitCode}`;
  return new PortFailure(`git ${command} ${how} in ${where}${said === '' ? '' : `: ${said}`}.`, {
    reason: 'unexpected',
    next: 'Run git fsck there; clone it anew if something is broken.',
  });
}
