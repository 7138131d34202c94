import { writeFileSync } from 'node:fs';
import { readTrusted } from '../journal/replay.ts';
import { htmlReport } from '../report/html.ts';
import { markdownReport } from '../report/markdown.ts';
import { reportOf } from '../report/report-of.ts';
import type { SessionReport } from '../report/session-report.ts';
import { CommandFailure, EXIT, type ExitCode } from './exit-code.ts';
import { findSession } from './find-session.ts';
import type { Io } from './io.ts';
import { asJsonLine } from './json-lines.ts';

export interface ReportFlags {
  readonly format?: string;
  readonly output?: string;
}

const FORMATS: Readonly<Record<string, (report: SessionReport) => string>> = {
  markdown: markdownReport,
  html: htmlReport,
  json: asJsonLine,
};
const BY_EXTENSION: Readonly<Record<string, string>> = {
  md: 'markdown',
  html: 'html',
  htm: 'html',
  json: 'json',
};

/** rollbook report SESSION: what happened, as a document; made of its journal alone, which is proven meanwhile. */
export async function report(typed: string, flags: ReportFlags, io: Io): Promise<ExitCode> {
  const { output } = flags;
  const format = flags.format ?? BY_EXTENSION[output?.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'markdown';
  const write = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  if (write === undefined)
    throw new CommandFailure(
      `There is no report as ${format}.`,
      EXIT.usage,
      `Choose one of ${Object.keys(FORMATS).join(', ')}.`,
    );
  const session = findSession(typed);
  const journal = readTrusted(session.folder);
  const made = reportOf(journal);
  if (made === undefined)
    throw new CommandFailure(
      `The journal of ${session.id} holds not one event that can be trusted.`,
      EXIT.failed,
      journal.damage?.message,
    );
  const document = write(made);
  if (output === undefined) io.out(document.trimEnd());
  else save(output, document);
  if (output !== undefined) io.out(`The report of ${session.id} is in ${output}.`);
  if (journal.damage === undefined) return EXIT.succeeded;
  io.err(journal.damage.message);
  return EXIT.failed;
}

/** It may hold what only its owner should read. */
function save(file: string, document: string): void {
  try {
    writeFileSync(file, document.endsWith('\n') ? document : `${document}\n`, { mode: 0o600 });
  } catch (error) {
    throw new CommandFailure(`${file} cannot be written: ${(error as Error).message}.`, EXIT.failed);
  }
}
