import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type AuditEntry, judge, type Scorecard } from '../drill/scorecard.ts';
import type { SessionState } from '../engine/state.ts';
import { loadScenario } from './load.ts';
import type { OpenedSession } from './open-session.ts';

const SCORECARD_FILE = 'scorecard.json';

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
  );
  writeFileSync(path.join(opened.folder, SCORECARD_FILE), `${JSON.stringify(scorecard, null, 2)}\n`, {
    mode: 0o600,
  });
  return scorecard;
}

export function readScorecard(folder: string): Scorecard | undefined {
  const file = path.join(folder, SCORECARD_FILE);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Scorecard) : undefined;
}

function readAudit(file: string | undefined): readonly AuditEntry[] {
  if (file === undefined || !existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AuditEntry);
}

export function drillLines(scorecard: Scorecard, json: boolean): readonly string[] {
  if (json) return [JSON.stringify({ time: new Date().toISOString(), type: 'drill-ended', ...scorecard })];
  const mark = (held: boolean) => (held ? '✔' : '✖');
  return [
    '',
    `Drill ${scorecard.scenario}: score ${scorecard.score} of 100`,
    ...[...scorecard.expectations, ...scorecard.objectives].map(
      (check) => `  ${mark(check.held)} ${check.what}${check.held ? '' : ` (found: ${check.found})`}`,
    ),
  ];
}
