import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Inboxes } from '../drill/inbox-check.ts';

const TIMEOUT_MS = 10_000;

/** What arrived in the inboxes of the sandbox that wrote this audit log. */
export async function sandboxInboxes(audit: string | undefined): Promise<Inboxes> {
  const file = audit === undefined ? '' : path.join(path.dirname(audit), 'control.json');
  if (!existsSync(file)) throw new Error('The sandbox is gone, and its inboxes with it.');
  const { inboxes } = JSON.parse(readFileSync(file, 'utf8')) as { readonly inboxes: string };
  const response = await fetch(inboxes, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  return (await response.json()) as Inboxes;
}
