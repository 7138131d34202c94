import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createRepository } from '../../../src/sandbox/git/create.ts';
import type { HistoryChange, HistoryCommit } from '../../../src/sandbox/git/history.ts';
import type { Repository } from '../../../src/sandbox/git/repository.ts';

export const ANA = { name: 'Ana Example', email: 'ana@example.com' };
export const START = Date.parse('2026-01-05T09:00:00Z');

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-git-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

export function emptyRepository(): Promise<Repository> {
  return createRepository(join(temporaryFolder(), 'project.git'), 'main');
}

/** A commit on main that sets files; null deletes one. */
export function change(
  message: string,
  files: Readonly<Record<string, string | null>>,
  rest: Partial<HistoryCommit> = {},
): HistoryCommit {
  const changes: HistoryChange[] = Object.entries(files).map(([path, content]) => ({ path, content }));
  return { branch: 'main', author: ANA, time: START, message, changes, ...rest };
}
