import type { TokenSource } from '../adapters/secret-token.ts';

/** Where a token is to be found. It is kept with a session instead of the token itself. */
export type TokenPlace =
  | { readonly from: 'environment'; readonly variable: string }
  | { readonly from: 'file'; readonly file: string }
  | { readonly from: 'command'; readonly command: readonly [string, ...string[]] };

export type Env = Readonly<Record<string, string | undefined>>;

/** A section of rollbook.yaml that may say where its token is. */
export interface TokenSettings {
  readonly 'token-file'?: string | undefined;
  readonly 'token-command'?: readonly string[] | undefined;
}

/** The token itself, where the environment has it; a file or a command is asked when it is needed. */
export function tokenSource(place: TokenPlace | undefined, env: Env): TokenSource {
  switch (place?.from) {
    case undefined:
      return {};
    case 'environment': {
      const value = env[place.variable];
      return value === undefined || value === '' ? {} : { value };
    }
    case 'file':
      return { file: place.file };
    case 'command':
      return { command: place.command };
  }
}

/** The first of these variables that is set. */
export function variableToken(env: Env, ...names: readonly string[]): TokenPlace | undefined {
  const found = names.find((name) => env[name]);
  return found === undefined ? undefined : { from: 'environment', variable: found };
}

/** As rollbook.yaml says: a file before a command. */
export function configuredToken(section: TokenSettings | undefined): TokenPlace | undefined {
  if (section?.['token-file'] !== undefined) return { from: 'file', file: section['token-file'] };
  const [program, ...args] = section?.['token-command'] ?? [];
  return program === undefined ? undefined : { from: 'command', command: [program, ...args] };
}
