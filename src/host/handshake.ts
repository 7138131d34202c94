import { closeSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { JsonObject } from '../ports/json.ts';

/** What a host says once, to whoever started it. */
export type Greeting =
  | { readonly ready: true; readonly folder: string }
  /** It could not start: sentences, and the exit code for the command line. */
  | { readonly ready: false; readonly problems: readonly string[]; readonly exitCode: number };

/** In the environment of a host that was started for a screen; its own children do not get them. */
export const GREETING_FD = 'ROLLBOOK_GREETING_FD';
export const HOST_LOG = 'ROLLBOOK_HOST_LOG';

/** The host's side of its start. */
export interface Starter {
  /** Says that screens can attach, or why there is nothing to attach to. Once. */
  greet(greeting: Greeting): void;
}

/** Takes the way to the starter out of the environment; without one, greetings go to standard output. */
export function starterOf(env: NodeJS.ProcessEnv): Starter {
  const descriptor = Number(env[GREETING_FD] ?? 1);
  const log = env[HOST_LOG];
  delete env[GREETING_FD];
  delete env[HOST_LOG];
  delete env.NODE_COMPILE_CACHE;
  return {
    greet(greeting) {
      try {
        // What the host prints from now on belongs to the session.
        if (greeting.ready && log !== undefined) renameSync(log, path.join(greeting.folder, 'host.log'));
      } catch {
        // Kept where it is, then.
      }
      try {
        writeSync(descriptor, `${JSON.stringify(greeting)}\n`);
        if (descriptor > 2) closeSync(descriptor);
      } catch {
        // The starter is gone; the session does not depend on it.
      }
    },
  };
}

/** What the host was asked to do: a JSON object on standard input, where no other user can read it. */
export async function readRequest(input: AsyncIterable<Uint8Array | string>): Promise<JsonObject> {
  const chunks: Buffer[] = [];
  for await (const chunk of input) chunks.push(Buffer.from(chunk));
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as JsonObject;
}
