import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { openJournal } from '../../src/journal/journal.ts';
import { createRedactor, type Redactor } from '../../src/journal/redact.ts';

/** A folder of its own for a test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'rb-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const NOON = Date.parse('2026-11-22T12:00:00Z');

export function openAt(folder: string, redactor: Redactor = createRedactor(), now = () => NOON) {
  return openJournal({ folder, now, redactor });
}
