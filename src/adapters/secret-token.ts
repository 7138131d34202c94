import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { PortFailure } from '../ports/failure.ts';
import { neutralise } from '../prose/neutralise.ts';

/** Where a token comes from; the first that is there counts. */
export interface TokenSource {
  readonly value?: string;
  readonly file?: string;
  /** Program and arguments; its standard output is the token. No shell is involved. */
  readonly command?: readonly [string, ...string[]];
}

/** A token as it is asked for. */
export interface Token {
  /** Undefined when none was configured. Throws PortFailure 'unauthorized' when it cannot be had. */
  get(): Promise<string | undefined>;
  /** The server refused it; true when asking again may give another. */
  forget(): boolean;
}

const COMMAND_TIMEOUT_MS = 30_000;

/** `owner` is whose token it is, for sentences: 'GitLab'. `onToken` hears of each value before it is used: it is a secret. */
export function createToken(
  source: TokenSource,
  owner: string,
  onToken: (token: string) => void = () => undefined,
): Token {
  const { value, file, command } = source;
  let asked: Promise<string | undefined> | undefined;
  const ask = async (): Promise<string | undefined> => {
    const found = await (value !== undefined
      ? value
      : file !== undefined
        ? fromFile(file, owner)
        : command && fromCommand(command, owner));
    if (found === undefined) return undefined;
    const token = checked(found, owner);
    onToken(token);
    return token;
  };
  return {
    get() {
      asked ??= ask().catch((error: unknown) => {
        asked = undefined;
        throw error;
      });
      return asked;
    },
    forget() {
      asked = undefined;
      return value === undefined && (file !== undefined || command !== undefined);
    },
  };
}

async function fromFile(file: string, owner: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw refused(
      `The file with the ${owner} token, ${neutralise(file)}, cannot be read (${code}).`,
      'Correct its path in rollbook.yaml, or let this user read it.',
    );
  }
}

async function fromCommand([program, ...args]: readonly [string, ...string[]], owner: string) {
  const result = await execa(program, args, {
    stdin: 'ignore',
    timeout: COMMAND_TIMEOUT_MS,
    maxBuffer: 100_000,
    reject: false,
  });
  const name = neutralise(program);
  if (result.code === 'ENOENT')
    throw refused(
      `The command for the ${owner} token, ${name}, was not found.`,
      'Install it, or correct it in rollbook.yaml.',
    );
  if (result.timedOut)
    throw refused(
      `The command for the ${owner} token, ${name}, did not finish within ${COMMAND_TIMEOUT_MS / 1000} s.`,
      'It may be waiting for a password: log in where it takes its secrets from, then try again.',
    );
  if (result.failed) {
    const how =
      result.exitCode === undefined
        ? `could not be run (${result.code ?? result.signal})`
        : `failed with exit code ${result.exitCode}`;
    const said = neutralise(result.stderr.trim().split('\n').at(-1) ?? '');
    throw refused(
      `The command for the ${owner} token, ${name}, ${how}${said === '' ? '' : `: ${said}`}.`,
      'Run it by hand to see what is wrong.',
    );
  }
  return result.stdout;
}

/** One visible word: anything else would not survive as a header, or hide an error message in it. */
function checked(found: string, owner: string): string {
  const token = found.trim();
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw refused(
    token === '' ? `The ${owner} token is empty.` : `What is given as the ${owner} token is not one word.`,
    'Check where it comes from: the environment, or token-file or token-command in rollbook.yaml.',
  );
}

function refused(message: string, next: string): PortFailure {
  return new PortFailure(message, { reason: 'unauthorized', next });
}
