import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { asList, asMap, asText } from './outline.ts';
import type { LoadedFile } from './parse.ts';
import { readSource } from './source.ts';
import { nearest } from './suggest.ts';

export interface CatalogInput {
  readonly name: string;
  readonly type: string;
  readonly description?: string;
  readonly required: boolean;
  readonly default?: unknown;
  readonly choices?: readonly string[];
}

export interface CatalogScenario {
  readonly id: string;
  readonly title: string;
  /** Absolute path. */
  readonly file: string;
}

/** What a list of runbooks tells of each; read without checking the rest of the file. */
export interface CatalogEntry {
  readonly id: string;
  readonly title: string;
  /** Absolute path. */
  readonly file: string;
  readonly inputs: readonly CatalogInput[];
  readonly scenarios: readonly CatalogScenario[];
  /** Why nothing more is known of it than its file. */
  readonly problem?: string;
}

const YAML = /\.ya?ml$/;
const DRILLS = 'drills';
const MAX_DEPTH = 5;
/** No file is read further than this; anything above 1 MiB is refused by the parser anyway. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Where runbooks are looked for, in this order: ROLLBOOK_PATH, ./runbooks, those that are shipped. */
export function catalogFolders(places: {
  readonly cwd: string;
  /** The value of ROLLBOOK_PATH: folders, separated as in PATH. */
  readonly path: string | undefined;
  readonly shipped: string;
}): readonly string[] {
  const listed = (places.path ?? '').split(path.delimiter).filter((folder) => folder !== '');
  const folders = [...listed, 'runbooks', places.shipped].map((folder) => path.resolve(places.cwd, folder));
  return [...new Set(folders)];
}

/** All runbooks of the folders, by id; where two have the same, the first folder's. */
export function readCatalog(folders: readonly string[]): readonly CatalogEntry[] {
  const entries = new Map<string, CatalogEntry>();
  for (const folder of folders)
    for (const file of runbookFiles(folder)) {
      const entry = readEntry(file, folder);
      if (!entries.has(entry.id)) entries.set(entry.id, entry);
    }
  return [...entries.values()].sort((a, b) => a.id.localeCompare(b.id, 'en'));
}

/** The YAML files of a folder and the folders in it, without drills. */
export function runbookFiles(folder: string, depth = 0): readonly string[] {
  if (depth > MAX_DEPTH) return [];
  return entriesOf(folder).flatMap((name) => {
    const full = path.join(folder, name);
    const kind = kindOf(full);
    if (kind === 'folder')
      return name.startsWith('.') || name === 'node_modules' || name === DRILLS
        ? []
        : runbookFiles(full, depth + 1);
    return kind === 'file' && YAML.test(name) ? [full] : [];
  });
}

/** How parse finds what a runbook calls, and a command what it is asked for: by path from the calling file, else by id. */
export function createLoader(
  folders: readonly string[],
): (reference: string, from: string) => LoadedFile | undefined {
  let byId: ReadonlyMap<string, string> | undefined;
  return (reference, from) => {
    if (isPath(reference)) return readRunbook(path.resolve(path.dirname(from), reference));
    for (const folder of folders) {
      const likely = ['.yaml', '.yml'].map((ending) => path.join(folder, `${reference}${ending}`));
      const file = likely.find((candidate) => kindOf(candidate) === 'file' && idOf(candidate) === reference);
      if (file !== undefined) return readRunbook(file);
    }
    byId ??= new Map(readCatalog(folders).map((entry) => [entry.id, entry.file]));
    const file = byId.get(reference);
    return file === undefined ? undefined : readRunbook(file);
  };
}

/** The runbook that an argument of the command line names: an id, or a path from the working directory. */
export function findRunbook(
  reference: string,
  folders: readonly string[],
  cwd: string,
): LoadedFile | { readonly file?: undefined; readonly nearest: string | undefined } {
  const found =
    createLoader(folders)(reference, path.join(cwd, 'rollbook')) ?? readRunbook(path.resolve(cwd, reference));
  if (found !== undefined) return found;
  const ids = readCatalog(folders).map((entry) => entry.id);
  return { nearest: nearest(reference, ids) };
}

/** The bytes of a regular file; undefined when there is none. */
export function readRunbook(file: string): LoadedFile | undefined {
  if (kindOf(file) !== 'file') return undefined;
  try {
    const size = statSync(file).size;
    return { file, content: size > MAX_BYTES ? new Uint8Array(MAX_BYTES) : readFileSync(file) };
  } catch {
    return undefined;
  }
}

function isPath(reference: string): boolean {
  return YAML.test(reference) || path.isAbsolute(reference) || /^\.\.?\//.test(reference);
}

/** The drills beside a runbook: drills/<its file name>/<scenario>.yaml. */
export function scenariosOf(file: string): readonly CatalogScenario[] {
  const folder = path.join(path.dirname(file), DRILLS, path.basename(file).replace(YAML, ''));
  return entriesOf(folder)
    .filter((name) => YAML.test(name))
    .flatMap((name) => {
      const drill = path.join(folder, name);
      const root = readRoot(drill);
      const id = asText(root?.id) ?? name.replace(YAML, '');
      return kindOf(drill) === 'file' ? [{ id, title: asText(root?.title) ?? id, file: drill }] : [];
    });
}

function readEntry(file: string, folder: string): CatalogEntry {
  const loaded = readRunbook(file);
  const source = loaded === undefined ? undefined : readSource(loaded.content, file);
  const root = asMap(source?.value);
  const id = asText(root?.id);
  const title = asText(root?.title);
  const scenarios = scenariosOf(file);
  if (root === undefined || id === undefined || title === undefined) {
    const fallback = path.relative(folder, file).replace(YAML, '').split(path.sep).join('/');
    const [first] = source?.report.problems ?? [];
    const problem =
      loaded === undefined ? 'the file cannot be read' : (first?.message ?? 'id or title is missing');
    return { id: id ?? fallback, title: title ?? '', file, inputs: [], scenarios, problem };
  }
  return { id, title, file, inputs: inputsOf(root.inputs), scenarios };
}

function inputsOf(value: unknown): readonly CatalogInput[] {
  return Object.entries(asMap(value) ?? {}).map(([name, item]) => {
    const raw = asMap(item) ?? {};
    const description = asText(raw.description);
    const choices = asList(raw.choices).filter((choice) => typeof choice === 'string');
    return {
      name,
      type: asText(raw.type) ?? 'string',
      ...(description === undefined ? {} : { description }),
      required: typeof raw.required === 'boolean' ? raw.required : raw.default === undefined,
      ...(raw.default === undefined ? {} : { default: raw.default }),
      ...(choices.length === 0 ? {} : { choices }),
    };
  });
}

function idOf(file: string): string | undefined {
  return asText(readRoot(file)?.id);
}

function readRoot(file: string): Readonly<Record<string, unknown>> | undefined {
  const loaded = readRunbook(file);
  return loaded === undefined ? undefined : asMap(readSource(loaded.content, file).value);
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function kindOf(file: string): 'file' | 'folder' | undefined {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats?.isFile() ? 'file' : stats?.isDirectory() ? 'folder' : undefined;
}
