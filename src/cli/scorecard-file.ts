import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Scorecard } from '../drill/scorecard.ts';
import { asJsonLine } from './json-lines.ts';

const SCORECARD_FILE = 'scorecard.json';

export function keepScorecard(folder: string, scorecard: Scorecard): void {
  writeFileSync(path.join(folder, SCORECARD_FILE), `${JSON.stringify(scorecard, null, 2)}\n`, {
    mode: 0o600,
  });
}

export function readScorecard(folder: string): Scorecard | undefined {
  const file = path.join(folder, SCORECARD_FILE);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Scorecard) : undefined;
}

export function drillLines(scorecard: Scorecard, json: boolean): readonly string[] {
  if (json) return [asJsonLine({ time: new Date().toISOString(), type: 'drill-ended', ...scorecard })];
  const mark = (held: boolean) => (held ? '✔' : '✖');
  return [
    '',
    `Drill ${scorecard.scenario}: score ${scorecard.score} of 100`,
    ...[...scorecard.expectations, ...scorecard.objectives].map(
      (check) => `  ${mark(check.held)} ${check.what}${check.held ? '' : ` (found: ${check.found})`}`,
    ),
  ];
}
