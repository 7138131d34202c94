import { readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { absolute } from '../container-folder.ts';
import type { ContainerFiles } from '../program.ts';
import type { Piece } from './lex.ts';
import type { Word } from './parse.ts';

export interface Expanding {
  readonly files: ContainerFiles;
  readonly cwd: string;
  parameter(name: string): string | undefined;
  /** All positional parameters. */
  readonly positional: readonly string[];
  /** What a command prints, without the newlines at its end. */
  substitute(script: string): Promise<string>;
}

/** A character of a field: one that was quoted matches nothing but itself. */
interface Character {
  readonly text: string;
  readonly quoted: boolean;
}

/** Words as a program gets them: parameters and commands put in, split at blanks, file names matched. */
export async function expandWords(words: readonly Word[], context: Expanding): Promise<string[]> {
  const expanded: string[] = [];
  for (const word of words)
    for (const field of await fieldsOf(word, context)) expanded.push(...matching(field, context));
  return expanded;
}

/** A word that stays one, as after `=` or `>`. */
export async function expandOne(word: Word, context: Expanding): Promise<string> {
  const texts: string[] = [];
  for (const piece of word) texts.push(await textOf(piece, context));
  return texts.join('');
}

async function fieldsOf(word: Word, context: Expanding): Promise<readonly (readonly Character[])[]> {
  const only = word.filter((piece) => !(piece.type === 'text' && piece.text === ''));
  const [all] = only;
  if (only.length === 1 && all?.type === 'parameter' && all.name === '@' && all.quoted)
    return context.positional.map((text) => [...text].map((each) => ({ text: each, quoted: true })));
  const fields: Character[][] = [];
  let open: Character[] | undefined;
  for (const piece of word) {
    const text = await textOf(piece, context);
    if (piece.quoted || piece.type === 'text') {
      open ??= [];
      open.push(...[...text].map((each) => ({ text: each, quoted: piece.quoted })));
      continue;
    }
    for (const [part] of text.matchAll(/\s+|\S+/g)) {
      if (/\s/.test(part)) {
        if (open !== undefined) fields.push(open);
        open = undefined;
      } else {
        open ??= [];
        open.push(...[...part].map((each) => ({ text: each, quoted: false })));
      }
    }
  }
  return open === undefined ? fields : [...fields, open];
}

async function textOf(piece: Piece, context: Expanding): Promise<string> {
  switch (piece.type) {
    case 'text':
      return piece.text;
    case 'command':
      return context.substitute(piece.script);
    case 'parameter':
      if (piece.name === '@' || piece.name === '*') return context.positional.join(' ');
      return context.parameter(piece.name) || (piece.fallback ?? context.parameter(piece.name) ?? '');
  }
}

/** The files that a pattern matches; the pattern itself where there are none. */
function matching(field: readonly Character[], { files, cwd }: Expanding): readonly string[] {
  const plain = field.map(({ text }) => text).join('');
  if (!field.some(({ text, quoted }) => !quoted && /[*?]/.test(text))) return [plain];
  const slash = field.findLastIndex(({ text }) => text === '/');
  const folder = field
    .slice(0, slash + 1)
    .map(({ text }) => text)
    .join('');
  const pattern = new RegExp(
    `^${field
      .slice(slash + 1)
      .map(patternOf)
      .join('')}$`,
    's',
  );
  let names: readonly string[];
  try {
    names = readdirSync(files.real(absolute(cwd, folder === '' ? '.' : folder)));
  } catch {
    return [plain];
  }
  const hidden = field[slash + 1]?.text === '.';
  const found = names.filter((name) => pattern.test(name) && (hidden || !name.startsWith('.'))).sort();
  return found.length === 0
    ? [plain]
    : found.map((name) => (folder === '' ? name : posix.join(folder, name)));
}

function patternOf({ text, quoted }: Character): string {
  if (!quoted && text === '*') return '.*';
  if (!quoted && text === '?') return '.';
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
