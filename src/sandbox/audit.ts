import { closeSync, openSync, writeSync } from 'node:fs';

/** One request to one of the sandbox's servers. */
export interface AuditEntry {
  /** RFC 3339. */
  readonly time: string;
  /** Which server: kubernetes, prometheus, gitlab, … */
  readonly api: string;
  /** Who asked, as far as the server knows. */
  readonly user: string;
  /** The API's own word for what was asked (get, list, patch, …), else the HTTP method in lower case. */
  readonly verb: string;
  /** Path and query. */
  readonly path: string;
  readonly dryRun: boolean;
  /** HTTP code of the answer; 0 when the connection was closed without one. */
  readonly code: number;
}

export interface AuditLog {
  readonly path: string;
  record(entry: AuditEntry): void;
  close(): void;
}

/**
 * A log of every request, one JSON line each, appended to `path`.
 * Written before the answer goes out, so that whoever got the answer finds the line.
 */
export function openAuditLog(path: string): AuditLog {
  const file = openSync(path, 'a', 0o600);
  let open = true;
  return {
    path,
    record(entry) {
      if (open) writeSync(file, `${JSON.stringify(entry)}\n`);
    },
    close() {
      if (open) closeSync(file);
      open = false;
    },
  };
}
