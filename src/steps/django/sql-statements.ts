/** Where a quoted part that begins at `at` ends (past it); undefined when none begins there. */
function quotedEnd(sql: string, at: number): number | undefined {
  const char = sql[at];
  if (char === "'" || char === '"') return endOf(sql, char, at + 1);
  if (char === '-' && sql[at + 1] === '-') return endOf(sql, '\n', at + 2);
  if (char === '/' && sql[at + 1] === '*') return endOf(sql, '*/', at + 2);
  if (char !== '$') return undefined;
  const tag = /^\$(?:[A-Za-z_]\w*)?\$/.exec(sql.slice(at, at + 66))?.[0];
  return tag === undefined ? undefined : endOf(sql, tag, at + tag.length);
}

function endOf(sql: string, end: string, from: number): number {
  const found = sql.indexOf(end, from);
  return found === -1 ? sql.length : found + end.length;
}

/** Its statements, without the ';' that ends each and without comments in front; quoted parts may hold anything. */
export function sqlStatements(sql: string): readonly string[] {
  const statements: string[] = [];
  let begin = 0;
  for (let at = 0; at < sql.length; ) {
    if (sql[at] === ';') {
      statements.push(sql.slice(begin, at));
      begin = at + 1;
    }
    at = quotedEnd(sql, at) ?? at + 1;
  }
  statements.push(sql.slice(begin));
  return statements.map(withoutLeadingComments).filter((statement) => statement !== '');
}

function withoutLeadingComments(statement: string): string {
  return statement.replace(/^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/, '').trim();
}
