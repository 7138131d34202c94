import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type Node } from 'yaml';
import type { RunbookProblem } from './problem.ts';

/** Keys and indexes from the root of a document. */
export type Path = readonly (string | number)[];

interface Words {
  readonly message: string;
  readonly expected?: string | undefined;
  readonly suggestion?: string | undefined;
}

/** Collects what is wrong with one file, and knows where things stand in it. */
export interface Report {
  readonly problems: readonly RunbookProblem[];
  /** Enough is known; what costs to find out may be left out. */
  readonly full: boolean;
  /** At a place of the text. */
  atOffset(offset: number, words: Words, path?: Path): void;
  /** At the value that a path leads to; at its parent when it is not there. */
  atValue(path: Path, words: Words): void;
  /** At the key of an entry. */
  atKey(path: Path, words: Words): void;
  /** At the nth character of a string value, where the word `length` characters long stands. */
  inValue(
    path: Path,
    value: string,
    place: { readonly at: number; readonly length: number },
    words: Words,
  ): void;
  /** The whole file is meant. */
  file(words: Words): void;
  /** The text of a value as it was written; undefined when there is none. */
  writtenAt(path: Path): string | undefined;
}

/** More problems than this help nobody. */
const MOST = 100;

export function createReport(file: string, text: string, document?: Document): Report {
  const problems: RunbookProblem[] = [];
  let lineStarts: number[] | undefined;

  const positionOf = (offset: number) => {
    lineStarts ??= startsOfLines(text);
    const line = lineIndex(lineStarts, Math.min(offset, text.length));
    const start = lineStarts[line] ?? 0;
    const end = text.indexOf('\n', start);
    const source = text.slice(start, end === -1 ? text.length : end).replace(/\r$/, '');
    return { line: line + 1, column: Math.min(offset, text.length) - start + 1, source };
  };
  const add = (problem: RunbookProblem) => {
    if (problems.length < MOST) problems.push(problem);
    else if (problems.length === MOST)
      problems.push({ file, message: `there are more problems; these are the first ${MOST}` });
  };
  const at = (offset: number | undefined, words: Words, path?: Path) =>
    add({
      file,
      ...(offset === undefined ? {} : positionOf(offset)),
      ...(path === undefined || path.length === 0 ? {} : { path: writePath(path) }),
      message: words.message,
      ...(words.expected === undefined ? {} : { expected: words.expected }),
      ...(words.suggestion === undefined ? {} : { suggestion: words.suggestion }),
    });
  // Finding a place costs; once there are too many problems, none is looked for.
  const find = (path: Path) => (problems.length > MOST ? undefined : findNode(document, path));
  const nearest = (path: Path) => (problems.length > MOST ? 0 : nearestOffset(document, path));

  return {
    problems,
    get full() {
      return problems.length > MOST;
    },
    atOffset: (offset, words, path) => at(offset, words, path),
    atValue: (path, words) => at(find(path)?.value ?? nearest(path), words, path),
    atKey: (path, words) => at(find(path)?.key ?? nearest(path), words, path),
    inValue(path, value, place, words) {
      const found = find(path);
      const inside = found?.node === undefined ? undefined : offsetInScalar(text, found.node, value, place);
      at(inside ?? found?.value ?? nearest(path), words, path);
    },
    file: (words) => at(undefined, words),
    writtenAt(path) {
      const range = find(path)?.node?.range;
      return range ? text.slice(range[0], range[1]) : undefined;
    },
  };
}

interface Found {
  readonly node: Node | undefined;
  /** Offsets. */
  readonly key: number | undefined;
  readonly value: number | undefined;
}

/** Follows a path through maps, lists and aliases. */
function findNode(document: Document | undefined, path: Path): Found | undefined {
  let node: unknown = document?.contents;
  let key: number | undefined;
  for (const part of path) {
    if (isAlias(node)) node = document === undefined ? undefined : node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
      if (!isPair(pair)) return undefined;
      key = (pair.key as Node).range?.[0];
      node = pair.value;
    } else if (isSeq(node)) {
      const item = node.items[Number(part)];
      if (item === undefined) return undefined;
      node = item;
      key = (item as Node).range?.[0];
    } else return undefined;
  }
  const found = node as Node | null | undefined;
  return { node: found ?? undefined, key, value: found?.range?.[0] ?? key };
}

/** The place of what is there on the way to a path. */
function nearestOffset(document: Document | undefined, path: Path): number {
  for (let length = path.length - 1; length >= 0; length--) {
    const found = findNode(document, path.slice(0, length));
    const offset = found?.value ?? found?.key;
    if (offset !== undefined) return offset;
  }
  return 0;
}

/** The same word, as often repeated in the written text as in the value: folds and quotes do not matter then. */
function offsetInScalar(
  text: string,
  node: Node,
  value: string,
  place: { readonly at: number; readonly length: number },
): number | undefined {
  const word = value.slice(place.at, place.at + place.length);
  if (!node.range || word === '') return undefined;
  let before = 0;
  for (let next = value.indexOf(word); next !== -1 && next < place.at; next = value.indexOf(word, next + 1))
    before++;
  const written = text.slice(node.range[0], node.range[1]);
  let offset = written.indexOf(word);
  while (offset !== -1 && before-- > 0) offset = written.indexOf(word, offset + 1);
  return offset === -1 ? undefined : node.range[0] + offset;
}

function writePath(path: Path): string {
  return path.reduce<string>(
    (written, part) =>
      typeof part === 'number' ? `${written}[${part}]` : `${written}${written === '' ? '' : '.'}${part}`,
    '',
  );
}

function startsOfLines(text: string): number[] {
  const starts = [0];
  for (let next = text.indexOf('\n'); next !== -1; next = text.indexOf('\n', next + 1)) starts.push(next + 1);
  return starts;
}

function lineIndex(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
