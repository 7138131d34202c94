import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { SessionMode } from '../engine/event.ts';
import { isSessionId, sessionId } from './session-id.ts';
import { type SessionSummary, summarise } from './summary.ts';

/** A preview leaves nothing behind. */
export type KeptMode = Exclude<SessionMode, 'preview'>;

/** Incidents and drills never share a folder. */
const STORES: Readonly<Record<KeptMode, string>> = { incident: 'incidents', drill: 'drills' };

export interface SessionFolder {
  readonly id: string;
  readonly mode: KeptMode;
  readonly folder: string;
}

/** Where sessions are kept: ROLLBOOK_STATE_DIR, else the XDG state directory. */
export function stateFolder(env: Readonly<Record<string, string | undefined>>, home: string): string {
  if (env.ROLLBOOK_STATE_DIR) return path.resolve(env.ROLLBOOK_STATE_DIR);
  const xdg = env.XDG_STATE_HOME;
  // The XDG specification has relative paths ignored.
  const base = xdg && path.isAbsolute(xdg) ? xdg : path.join(home, '.local', 'state');
  return path.join(base, 'rollbook');
}

class StateUnusable extends Error {
  constructor(folder: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `Sessions are kept in ${folder}, which cannot be used (${reason}). Make it writable, or name another folder in ROLLBOOK_STATE_DIR.`,
      { cause },
    );
    this.name = 'StateUnusable';
  }
}

/** Makes the folder of a new session, for its owner's eyes only. `now` is in milliseconds since the epoch. */
export function createSession(state: string, mode: KeptMode, now: number): SessionFolder {
  const store = path.join(state, STORES[mode]);
  try {
    mkdirSync(store, { recursive: true, mode: 0o700 });
    for (let later = 0; ; later += 1) {
      const id = sessionId(now, later);
      const folder = path.join(store, id);
      if (madeNow(folder)) return { id, mode, folder };
    }
  } catch (error) {
    throw new StateUnusable(state, error);
  }
}

function madeNow(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** All sessions of the modes, newest first, from their folders' names alone. */
export function sessionFolders(
  state: string,
  modes: readonly KeptMode[] = ['incident', 'drill'],
): readonly SessionFolder[] {
  return modes
    .flatMap((mode) =>
      names(path.join(state, STORES[mode]))
        .filter(isSessionId)
        .map((id) => ({ id, mode, folder: path.join(state, STORES[mode], id) })),
    )
    .sort((a, b) => (a.id < b.id ? 1 : -1));
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new StateUnusable(folder, error);
  }
}

/** Newest first; of each only the first and the last event are read. A folder without a first event is left out. */
export function listSessions(state: string, modes?: readonly KeptMode[]): readonly SessionSummary[] {
  return sessionFolders(state, modes).flatMap((session) => summarise(session) ?? []);
}

/** The sessions meant by what was typed: a whole id, or how one begins or ends. Newest first. */
export function findSessions(state: string, typed: string): readonly SessionFolder[] {
  const all = sessionFolders(state);
  const exact = all.filter((session) => session.id === typed);
  if (exact.length > 0) return exact;
  const wanted = typed.toLowerCase();
  return wanted === '' ? [] : all.filter(({ id }) => id.startsWith(wanted) || id.endsWith(wanted));
}

/** The file for all the output of a step's attempt, in a folder that nobody else can enter. */
export function outputFile(folder: string, step: string, attempt: number): string {
  const outputs = path.join(folder, 'outputs');
  mkdirSync(outputs, { recursive: true, mode: 0o700 });
  return path.join(outputs, `${fileName(step)}.${attempt}.log`);
}

/** Loop instances and called runbooks have brackets and slashes in their ids. */
function fileName(step: string): string {
  return step
    .replace(/[^a-zA-Z0-9._[\]-]/gu, (character) => `%${character.codePointAt(0)?.toString(16)}`)
    .replace(/^\./, '%2e')
    .slice(0, 200);
}
