import type { ComparedFile } from '../../ports/comparison.ts';

export type Severity = 'blocking' | 'probably-compatible' | 'unknown';

export interface Verdict {
  readonly severity: Severity;
  /** What in the file says so. */
  readonly why: string;
}

/** Where migrations have been since 2021, and where numbered ones may be: the policy's own pkg/db no longer has any. */
const IN_MIGRATIONS = /(^|\/)migrations?\/[^/]+\.go$/;
const NUMBERED = /(^|\/)\d{12,14}[-_][^/]+\.go$/;
const LIST = /(^|\/)migrations?\/migrations\.go$/;

export function isMigration({ path, previousPath }: Pick<ComparedFile, 'path' | 'previousPath'>): boolean {
  return [path, previousPath ?? path].some(
    (one) => (IN_MIGRATIONS.test(one) || NUMBERED.test(one)) && !one.endsWith('_test.go'),
  );
}

/** The file that lists the migrations; it changes with each. */
export const isMigrationList = (path: string): boolean => LIST.test(path);

/** Going back deploys the old one of these too. */
export const isServiceTemplate = (path: string): boolean =>
  /(^|\/)templates\/service-template\.ya?ml$/.test(path);
export const isOpenApi = (path: string): boolean => /(^|\/)openapi\//.test(path);

const BLOCKING: readonly (readonly [RegExp, string])[] = [
  [/\bDrop(Table)?Columns?(Action)?\b|\bDROP\s+COLUMN\b/i, 'drops a column'],
  [/\bDropTable(Action)?\b|\bDROP\s+TABLE\b/i, 'drops a table'],
  [/\bRename(Table)?Columns?(Action)?\b|\bRENAME\s+(COLUMN\b|TO\b|\w+\s+TO\b)/i, 'renames a column'],
  [/\bRenameTable(Action)?\b/i, 'renames a table'],
  [/\bDELETE\s+FROM\b|\.Delete\(|\bTRUNCATE\b/i, 'deletes rows'],
  [/\bAlterColumn\b|\bALTER\s+(COLUMN\s+)?\S+\s+(SET\s+DATA\s+)?TYPE\b/i, 'changes the type of a column'],
];
const NOT_NULL = /\bNOT\s+NULL\b/i;
const ADDS = /\b(AddColumns?|AddTableColumns?(Action)?|AutoMigrate)\b|\bADD\s+COLUMN\b/i;
const CREATES = /\b(CreateTable(Action)?)\b|\bCREATE\s+(TABLE|(UNIQUE\s+)?INDEX)\b|\bCreateIndex\b/i;
const SEEDS_LEASE = /\bleader_?lease/i;

/** How a migration stands to the version before it, judged by what its forward part does. Only a person can be sure. */
export function rank(body: string): Verdict {
  const forward = forwardPart(body);
  const blocking = BLOCKING.filter(([pattern]) => pattern.test(forward)).map(([, what]) => what);
  const requires = NOT_NULL.test(forward) && (ADDS.test(forward) || /\bALTER\b/i.test(forward));
  if (requires) blocking.push('requires a value (NOT NULL) that the version before does not write');
  if (blocking.length > 0) return { severity: 'blocking', why: blocking.join(', ') };
  const mild = [
    ...(ADDS.test(forward) ? ['adds columns'] : []),
    ...(CREATES.test(forward) ? ['creates a table or an index'] : []),
    ...(SEEDS_LEASE.test(forward) ? ['adds a leader lease'] : []),
  ];
  if (mild.length > 0) return { severity: 'probably-compatible', why: mild.join(', ') };
  return { severity: 'unknown', why: 'nothing in it is known to be compatible' };
}

/** Go code without comments, and without what only runs when a migration is taken back, which a rollback never does. */
function forwardPart(body: string): string {
  let code = withoutComments(body);
  for (let at = code.search(/\bRollback\s*:/); at !== -1; at = code.search(/\bRollback\s*:/))
    code = code.slice(0, at) + code.slice(endOfArgument(code, code.indexOf(':', at) + 1));
  const calls = /\b(FuncAction|ExecAction)\(/g;
  for (let call = calls.exec(code); call !== null; call = calls.exec(code)) {
    const second = endOfArgument(code, calls.lastIndex);
    if (code[second] === ',') code = code.slice(0, second) + code.slice(endOfArgument(code, second + 1));
  }
  return code;
}

/** Where the expression that starts at `from` ends: at its comma, or at the bracket that closes around it. */
function endOfArgument(code: string, from: number): number {
  let depth = 0;
  for (let at = from; at < code.length; at++) {
    const char = code[at] ?? '';
    if (char === '"' || char === '`') at = endOfText(code, at);
    else if ('([{'.includes(char)) depth++;
    else if (')]}'.includes(char) && depth-- === 0) return at;
    else if (char === ',' && depth === 0) return at;
  }
  return code.length;
}

function endOfText(code: string, from: number): number {
  const quote = code[from];
  for (let at = from + 1; at < code.length; at++) {
    if (quote === '"' && code[at] === '\\') at++;
    else if (code[at] === quote) return at;
  }
  return code.length;
}

function withoutComments(body: string): string {
  return body.replace(/"(?:[^"\\\n]|\\.)*"|`[^`]*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (part) =>
    part.startsWith('/') ? ' ' : part,
  );
}
