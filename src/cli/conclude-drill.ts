import { existsSync, readFileSync } from 'node:fs';
import { type AuditEntry, judge, type Scorecard } from '../drill/scorecard.ts';
import type { SessionState } from '../engine/state.ts';
import { databaseWitness } from './database-witness.ts';
import { loadScenario } from './load.ts';
import type { OpenedSession } from './open-session.ts';
import { sandboxInboxes } from './sandbox-inboxes.ts';
import { keepScorecard } from './scorecard-file.ts';

/** Judges a drill that has ended, and keeps the result in its folder; undefined for anything else. */
export async function concludeDrill(
  opened: OpenedSession,
  state: SessionState,
): Promise<Scorecard | undefined> {
  const { mode, scenario: id, audit } = opened.kept;
  if (mode !== 'drill' || id === undefined || state.status !== 'ended') return undefined;
  const scenario = await loadScenario(state.runbook, id);
  const scorecard = await judge(
    scenario,
    state,
    opened.events,
    await opened.ports.kubernetes(),
    readAudit(audit),
    opened.ports.reads.gitlab,
    () => databaseWitness(audit),
    () => sandboxInboxes(audit),
  );
  keepScorecard(opened.folder, scorecard);
  return scorecard;
}

function readAudit(file: string | undefined): readonly AuditEntry[] {
  if (file === undefined || !existsSync(file)) return [];
  // The last line may still be being written.
  return readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as AuditEntry);
}
