import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { KeptMode } from '../journal/sessions.ts';
import { CommandFailure, EXIT } from './exit-code.ts';
import type { Connection } from './ports.ts';

const KEPT_FILE = 'session.json';

/** What a session needs besides its journal to be taken up again: session.json in its folder. */
export interface Kept {
  readonly connection: Connection;
  readonly mode: KeptMode;
  readonly scenario?: string;
  /** Of the sandbox that a drill runs in. */
  readonly audit?: string;
}

export function writeKept(folder: string, kept: Kept): void {
  writeFileSync(path.join(folder, KEPT_FILE), `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
}

export function readKept(folder: string): Kept {
  try {
    return JSON.parse(readFileSync(path.join(folder, KEPT_FILE), 'utf8')) as Kept;
  } catch (error) {
    throw new CommandFailure(
      `Session ${path.basename(folder)} cannot be taken up: its ${KEPT_FILE}, which says where it ran, cannot be read (${(error as Error).message}).`,
      EXIT.failed,
      'Begin a new session.',
    );
  }
}
