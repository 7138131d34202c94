import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSnapshot, DatabaseWitness } from '../drill/database-check.ts';

const TIMEOUT_MS = 30_000;

/** Where the sandbox is asked about itself: the file lies beside its audit log, for as long as it runs. */
interface Control {
  readonly url: string;
  readonly token: string;
}

/** Asks the sandbox that wrote this audit log. */
export async function databaseWitness(audit: string | undefined): Promise<DatabaseWitness> {
  const file = audit === undefined ? '' : path.join(path.dirname(audit), 'control.json');
  if (!existsSync(file)) throw new Error('The sandbox is gone, and its database with it.');
  const control = JSON.parse(readFileSync(file, 'utf8')) as Control;
  const ask = async <T>(what: string, parameters: Readonly<Record<string, string>>): Promise<T> => {
    const response = await fetch(
      `${control.url}/sandbox/database/${what}?${new URLSearchParams(parameters)}`,
      {
        headers: { authorization: `Bearer ${control.token}` },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      },
    );
    const body = (await response.json()) as T & { readonly error?: string };
    if (!response.ok) throw new Error(body.error ?? `The sandbox answers ${response.status}.`);
    return body;
  };
  return {
    async now(database) {
      return (await ask<{ snapshot?: DatabaseSnapshot }>('now', { of: database })).snapshot;
    },
    async recorded(name) {
      return (await ask<{ snapshot?: DatabaseSnapshot }>('recorded', { of: name })).snapshot;
    },
    async lost(database) {
      return (await ask<{ bookings: readonly unknown[] }>('lost', { of: database })).bookings.length;
    },
    async value(database, statement) {
      return (await ask<{ value: string | null }>('value', { of: database, statement })).value;
    },
  };
}
