import { closeSync, createReadStream, openSync, statSync, writeSync } from 'node:fs';
import { absolute } from '../container-folder.ts';
import { reasonOf } from '../file-trouble.ts';
import { type Expanding, expandOne } from './expand.ts';
import type { Streams } from './interpreter.ts';
import type { Redirection } from './parse.ts';

export interface Redirected {
  readonly streams: Streams;
  close(): void;
}

/** Opens the files of a command's redirections, in their order; undefined after it said why one cannot be opened. */
export async function redirected(
  redirections: readonly Redirection[],
  given: Streams,
  context: Expanding,
): Promise<Redirected | undefined> {
  const opened: number[] = [];
  const close = () => {
    for (const file of opened) closeSync(file);
  };
  let streams = given;
  for (const { operator, target } of redirections) {
    const name = target === undefined ? '' : await expandOne(target, context);
    const path = context.files.real(absolute(context.cwd, name));
    const open = (flags: string) => {
      // /dev/null is there without being in the container's folder
      const file = openSync(absolute(context.cwd, name) === '/dev/null' ? '/dev/null' : path, flags);
      opened.push(file);
      return (chunk: Uint8Array | string) => {
        writeSync(file, typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
      };
    };
    try {
      streams = apply(operator, streams, name, path, open);
    } catch (error) {
      given.stderr(`sh: ${name}: ${reasonOf(error)}\n`);
      close();
      return undefined;
    }
  }
  return { streams, close };
}

function apply(
  operator: string,
  streams: Streams,
  text: string,
  path: string,
  open: (flags: string) => Streams['stdout'],
): Streams {
  switch (operator) {
    case '<':
      if (text === '/dev/null') return { ...streams, stdin: createReadStream('/dev/null') };
      // found out now, not while it is read
      if (statSync(path).isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
      return { ...streams, stdin: createReadStream(path) };
    case '<<<':
      return { ...streams, stdin: once(`${text}\n`) };
    case '2>':
      return { ...streams, stderr: open('w') };
    case '2>>':
      return { ...streams, stderr: open('a') };
    case '&>': {
      const both = open('w');
      return { ...streams, stdout: both, stderr: both };
    }
    case '2>&1':
      return { ...streams, stderr: streams.stdout };
    case '1>&2':
    case '>&2':
      return { ...streams, stdout: streams.stderr };
    default:
      return { ...streams, stdout: open(operator === '>>' ? 'a' : 'w') };
  }
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
