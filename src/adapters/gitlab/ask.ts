import { z } from 'zod';
import type { ReadOptions } from '../../ports/kubernetes.ts';
import type { Connection } from './connection.ts';
import { asFailure, type Call, type CallOptions, startCall } from './requester.ts';
import { misshapen, tooMany } from './strange-answer.ts';
import type { Subject } from './telling.ts';

/** One answer, checked and turned into a record of the port. */
export async function ask<T>(
  connection: Connection,
  subject: Subject,
  schema: z.ZodType<T>,
  options: CallOptions | undefined,
  send: (call: Call) => Promise<unknown>,
): Promise<T> {
  const call = startCall(connection, subject, options);
  try {
    return read(await send(call), schema, subject, connection);
  } catch (error) {
    throw asFailure(error, subject, connection.host);
  }
}

export interface Pages {
  readonly perPage: number;
  readonly maxPages: number;
}

const PER_PAGE = 100;

/** The newest of a list, at most `limit`; or, with `whole`, all of it or a failure. */
export async function askForList<T>(
  connection: Connection,
  subject: Subject,
  schema: z.ZodType<T>,
  { limit, whole = false, ...options }: ReadOptions & { readonly limit: number; readonly whole?: boolean },
  send: (call: Call, pages: Pages) => Promise<unknown>,
): Promise<readonly T[]> {
  const perPage = Math.max(1, Math.min(PER_PAGE, limit));
  const maxPages = Math.max(1, Math.ceil(limit / perPage));
  const call = startCall(connection, subject, { ...options, pages: maxPages });
  try {
    const found = read(await send(call, { perPage, maxPages }), z.array(schema), subject, connection);
    if (whole && call.cut) throw tooMany(subject, connection.host, found.length);
    return found.slice(0, limit);
  } catch (error) {
    throw asFailure(error, subject, connection.host);
  }
}

function read<T>(answer: unknown, schema: z.ZodType<T>, subject: Subject, { host }: Connection): T {
  const checked = schema.safeParse(answer);
  if (checked.success) return checked.data;
  const where = checked.error.issues[0]?.path.map(String).join('.');
  throw misshapen(subject, host, where === undefined || where === '' ? 'what is' : `"${where}"`);
}
