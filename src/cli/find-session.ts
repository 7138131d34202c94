import { homedir } from 'node:os';
import { findSessions, listSessions, type SessionFolder, stateFolder } from '../journal/sessions.ts';
import type { SessionSummary } from '../journal/summary.ts';
import { CommandFailure, EXIT } from './exit-code.ts';

export const sessionsFolder = (): string => stateFolder(process.env, homedir());

/** The one session meant by what was typed. */
export function findSession(typed: string): SessionFolder {
  const found = findSessions(sessionsFolder(), typed);
  const [only] = found;
  if (only === undefined)
    throw new CommandFailure(`There is no session ${typed}.`, EXIT.usage, 'rollbook sessions lists them.');
  if (found.length > 1)
    throw new CommandFailure(
      `${typed} may mean ${found.map((session) => session.id).join(', ')}.`,
      EXIT.usage,
      'Type more of the id.',
    );
  return only;
}

/** The newest session of which `fits` is true, when none was named. */
export function newestSession(what: string, fits: (session: SessionSummary) => boolean): SessionFolder {
  const found = listSessions(sessionsFolder()).find(fits);
  if (found === undefined)
    throw new CommandFailure(`There is no session to ${what}.`, EXIT.usage, 'rollbook sessions lists them.');
  return findSession(found.id);
}
