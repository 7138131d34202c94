import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
  type YAMLError,
} from 'yaml';
import { createReport, type Report } from './report.ts';

const MEBIBYTE = 1024 * 1024;
const MAX_NESTING = 100;
/** What anchors may unfold to; a plain file of the largest size has no more. */
const MAX_NODES = 300_000;
/** The library looks for the anchor of each alias among all of them. */
const MAX_ALIASES = 1000;

/** A file that is well-formed YAML: its value, and a report that finds its places. */
export interface RunbookSource {
  readonly value: unknown;
  readonly report: Report;
}

/** Reads bytes as one YAML 1.2 document. Whatever the bytes are, this returns; without a value when they are none. */
export function readSource(content: Uint8Array | string, file: string): RunbookSource {
  const decoded = decode(content);
  if (typeof decoded !== 'string') {
    const report = createReport(file, '');
    report.file(decoded);
    return { value: undefined, report };
  }
  const early = createReport(file, decoded);
  const deep = tooDeepAt(decoded);
  if (deep !== undefined) {
    early.atOffset(deep, { message: `the file is nested deeper than ${MAX_NESTING} levels` });
    return { value: undefined, report: early };
  }
  const document = parseQuickly(decoded);
  const report = createReport(file, decoded, document);
  for (const error of document.errors) {
    if (report.full) break;
    report.atOffset(error.pos[0], wordsFor(error));
  }
  if (document.directives?.yaml.explicit && document.directives.yaml.version !== '1.2')
    report.atOffset(0, {
      message: 'the file says that it is YAML 1.1',
      expected: 'YAML 1.2, without a %YAML line',
    });
  if (report.problems.length === 0) checkNodes(document, report);
  return { value: report.problems.length === 0 ? document.toJS({ maxAliasCount: -1 }) : undefined, report };
}

interface Words {
  readonly message: string;
  readonly expected?: string;
}

function decode(content: Uint8Array | string): string | Words {
  const size = typeof content === 'string' ? content.length : content.byteLength;
  if (size > MEBIBYTE)
    return {
      message: `the file is ${(size / MEBIBYTE).toFixed(1)} MiB, more than a runbook can be`,
      expected: 'a file of at most 1 MiB',
    };
  const text = typeof content === 'string' ? content : decodeBytes(content);
  if (typeof text !== 'string') return text;
  if (text.includes('\0')) return { message: 'the file is binary, not text', expected: 'YAML in UTF-8' };
  if (text.trim() === '') return { message: 'the file is empty', expected: 'a runbook in YAML' };
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

function decodeBytes(bytes: Uint8Array): string | Words {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    return { message: 'the file is UTF-16', expected: 'UTF-8' };
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes.includes(0)
      ? { message: 'the file is binary, not text', expected: 'YAML in UTF-8' }
      : { message: 'the file is not valid UTF-8', expected: 'YAML in UTF-8' };
  }
}

/** The parser is recursive, so depth is limited before it sees the text. Brackets in strings count too: far more than anyone writes. */
function tooDeepAt(text: string): number | undefined {
  let depth = 0;
  for (const { 0: bracket, index } of text.matchAll(/[[\]{}]/g)) {
    depth = Math.max(0, depth + (bracket === '[' || bracket === '{' ? 1 : -1));
    if (depth > MAX_NESTING) return index;
  }
  const compact = /^(?:[ \t]*[-?:][ \t]){50}/m.exec(text);
  const indented = new RegExp(`^ {${MAX_NESTING * 4},}\\S`, 'm').exec(text);
  return compact?.index ?? (indented === null ? undefined : indentedTooDeep(text));
}

/** Counts how many lines a deeply indented one is nested in. */
function indentedTooDeep(text: string): number | undefined {
  const levels: number[] = [];
  for (const match of text.matchAll(/^( *)[^ \r\n#]/gm)) {
    const indent = match[1]?.length ?? 0;
    while ((levels.at(-1) ?? -1) >= indent) levels.pop();
    levels.push(indent);
    if (levels.length > MAX_NESTING) return match.index;
  }
  return undefined;
}

/** A hostile file can have a million errors; each would carry a stack trace that nobody reads. */
function parseQuickly(text: string): Document {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return parseDocument(text, { prettyErrors: false, uniqueKeys: false, version: '1.2' });
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** Duplicate and merge keys, keys that are no text, anchors that unfold without end. */
function checkNodes(document: Document, report: Report): void {
  const sizes = new Map<unknown, number>();
  const open = new Set<unknown>();

  const anchors = new Map<string, unknown>();
  let aliases = 0;

  const visit = (node: unknown): number => {
    if (isAlias(node)) {
      if (++aliases === MAX_ALIASES + 1)
        report.atOffset(node.range?.[0] ?? 0, { message: `the file has more than ${MAX_ALIASES} aliases` });
      const target = anchors.get(node.source);
      if (target !== undefined && !open.has(target)) return sizes.get(target) ?? 1;
      const wrong = target === undefined ? 'is not defined before it is used' : 'contains itself';
      report.atOffset(node.range?.[0] ?? 0, { message: `the anchor "${node.source}" ${wrong}` });
      return 1;
    }
    if (isNode(node) && 'anchor' in node && node.anchor !== undefined) anchors.set(node.anchor, node);
    if (!isMap(node) && !isSeq(node)) return 1;
    open.add(node);
    let size = 1;
    if (isMap(node)) {
      checkKeys(node.items, report);
      for (const pair of node.items) size += visit(pair.value);
    } else for (const item of node.items) size += visit(isPair(item) ? item.value : item);
    open.delete(node);
    sizes.set(node, size);
    return size;
  };
  if (visit(document.contents) > MAX_NODES)
    report.atOffset(0, { message: 'the anchors of the file unfold to more than a runbook can hold' });
}

function checkKeys(pairs: readonly unknown[], report: Report): void {
  const seen = new Set<string>();
  for (const pair of pairs) {
    const key = isPair(pair) ? pair.key : undefined;
    const offset = (key as { range?: readonly number[] } | undefined)?.range?.[0] ?? 0;
    if (!isScalar(key) || key.value === null || typeof key.value === 'object') {
      report.atOffset(offset, { message: 'a key must be a text', expected: '"name: value"' });
      continue;
    }
    const name = String(key.value);
    if (name === '<<')
      report.atOffset(offset, {
        message: 'merge keys ("<<") are not part of YAML 1.2',
        expected: 'the keys written out, or an anchor for a whole value',
      });
    else if (seen.has(name)) report.atOffset(offset, { message: `the key "${name}" is given twice` });
    seen.add(name);
  }
}

function wordsFor(error: YAMLError): Words {
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return { message: 'a tab is used for indentation', expected: 'spaces' };
    case 'MULTIPLE_DOCS':
      return {
        message: 'the file holds more than one document',
        expected: 'one runbook a file, without "---" between',
      };
    case 'RESOURCE_EXHAUSTION':
      return { message: `the file is nested deeper than ${MAX_NESTING} levels` };
    default:
      return { message: `the YAML cannot be read: ${sentence(error.message)}` };
  }
}

function sentence(message: string): string {
  const first = message.split('\n', 1)[0] ?? '';
  return first.charAt(0).toLowerCase() + first.slice(1);
}
