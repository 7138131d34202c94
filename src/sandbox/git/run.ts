import { execFile } from 'node:child_process';

const LARGEST_ANSWER = 256 * 1024 * 1024;

const OLDEST = [2, 38] as const;
const NEEDED = `the drills with a GitLab need git ${OLDEST.join('.')} or newer on the PATH`;

/** The repositories live as long as the sandbox: no one needs them flushed or small. */
const QUICK = [...['-c', 'core.fsync=none'], ...['-c', 'core.compression=0'], ...['-c', 'gc.auto=0']];

/** Git said no, or is not there. The message is git's own last line. */
export class GitFailure extends Error {
  /** Exit code; undefined when git could not be started. */
  readonly exitCode: number | undefined;

  constructor(args: readonly string[], exitCode: number | undefined, stderr: string) {
    const reason = stderr.trim().split('\n').at(-1) ?? '';
    super(
      exitCode === undefined
        ? `git could not be started (${reason}); ${NEEDED}`
        : `git ${args[0]} ended with ${exitCode}: ${reason}`,
    );
    this.name = 'GitFailure';
    this.exitCode = exitCode;
  }
}

export interface GitResult {
  readonly exitCode: number;
  readonly stdout: Buffer;
}

export interface GitOptions {
  /** The bare repository. */
  readonly folder: string;
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that are answers, besides 0. */
  readonly expect?: readonly number[];
}

/** Nothing of the user's own git may change what the sandbox does. */
export function gitEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    ...extra,
  };
}

/** Runs git in a bare repository. Throws GitFailure for any exit code that is not expected. */
export function runGit(args: readonly string[], options: GitOptions): Promise<GitResult> {
  const { folder, input, env, expect = [] } = options;
  return new Promise((resolve, reject) => {
    const child = execFile(
      'git',
      [...QUICK, `--git-dir=${folder}`, ...args],
      { encoding: 'buffer', maxBuffer: LARGEST_ANSWER, env: gitEnvironment(env) },
      (error, stdout, stderr) => {
        if (error === null) return resolve({ exitCode: 0, stdout });
        const { code } = error;
        if (typeof code === 'number' && expect.includes(code)) return resolve({ exitCode: code, stdout });
        const started = typeof code === 'number';
        reject(new GitFailure(args, started ? code : undefined, started ? stderr.toString() : error.message));
      },
    );
    // Git may end without reading all of it; its exit code tells why.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

/** Throws when there is no git, or one that cannot merge without a work tree. */
export async function requireGit(): Promise<void> {
  const { stdout } = await runGit(['version'], { folder: '.' });
  const text = stdout.toString('utf8').trim();
  const [major = 0, minor = 0] = (/\d+\.\d+/.exec(text)?.[0] ?? '').split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  throw new Error(`${text} is too old: ${NEEDED}`);
}
