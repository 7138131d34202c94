import type { Note } from '../../ports/gitlab.ts';

const COVERAGE = /^\s*(?:#+\s*)?change coverage report/i;
const OWNERS = /^\s*\[OWNERS\]/;
const MENTION = /(?<![\w@])@([A-Za-z0-9_][A-Za-z0-9_.-]*[A-Za-z0-9_]|[A-Za-z0-9_])/g;

/** Who may approve, as the bots' notes list them; in their order, each once. */
export function approversIn(notes: readonly Note[]): readonly string[] {
  const lists = notes.filter(({ body }) => COVERAGE.test(body) || OWNERS.test(body));
  return [...new Set(lists.flatMap(({ body }) => [...inTables(body), ...inList(body), ...mentions(body)]))];
}

/** What the coverage report asks for: its verdict line, without the table. */
export function coverageVerdict(notes: readonly Note[]): string | undefined {
  const report = notes.findLast(({ body }) => COVERAGE.test(body));
  const line = report?.body
    .split(/\n|<br\s*\/?>/)
    .find((text) => /[✅🔍⏸]/u.test(text) && !text.includes('|'));
  return line?.trim();
}

const mentions = (text: string): readonly string[] =>
  [...text.matchAll(MENTION)].map(([, name]) => name ?? '');

/** The older note lists plain names, one line of them or several. */
function inList(body: string): readonly string[] {
  if (!OWNERS.test(body)) return [];
  const items = body.split('\n').filter((line) => /^\s*[*-]\s/.test(line));
  return items.flatMap((line) => namesIn(line.replace(/^\s*[*-]\s/, '')));
}

/** The cells under a heading that speaks of approvers. */
function inTables(body: string): readonly string[] {
  let column = -1;
  const names: string[] = [];
  for (const line of body.split('\n')) {
    const cells = line.trim().startsWith('|') ? line.trim().split('|').slice(1, -1) : [];
    if (cells.length === 0) column = -1;
    else if (column === -1) column = cells.findIndex((cell) => /approver|owner/i.test(cell));
    else if (!/^[\s:|-]+$/.test(line)) names.push(...namesIn(cells[column] ?? ''));
  }
  return names;
}

/** Where people are mentioned, other words are the name of their role. */
function namesIn(cell: string): readonly string[] {
  const mentioned = mentions(cell);
  if (mentioned.length > 0) return mentioned;
  return cell
    .replace(/<[^>]*>/g, ' ')
    .split(/[\s,`]+/)
    .map((word) => word.replace(/^@/, ''))
    .filter((word) => /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?$/.test(word));
}
