import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'oxc-parser';

/** Which room may import which; `types` are allowed for type imports alone. */
export const rooms: Readonly<
  Record<string, { readonly uses: readonly string[]; readonly types?: readonly string[] }>
> = {
  prose: { uses: [] },
  ports: { uses: [] },
  cluster: { uses: ['prose'], types: ['ports'] },
  steps: { uses: ['ports', 'prose', 'cluster'] },
  runbook: { uses: ['steps', 'prose'], types: ['ports'] },
  engine: { uses: ['runbook', 'steps', 'ports', 'prose'] },
  journal: { uses: ['engine', 'prose'] },
  host: { uses: ['engine', 'journal', 'cluster', 'ports', 'prose'] },
  report: { uses: ['journal', 'engine', 'prose'] },
  view: { uses: ['engine', 'host', 'cluster', 'prose'], types: ['journal', 'steps', 'runbook', 'ports'] },
  adapters: { uses: ['ports', 'prose'] },
  sandbox: { uses: [] },
  drill: { uses: ['ports', 'prose'], types: ['engine', 'journal'] },
  cli: {
    uses: [
      'prose',
      'ports',
      'cluster',
      'steps',
      'runbook',
      'engine',
      'journal',
      'host',
      'report',
      'view',
      'adapters',
      'sandbox',
      'drill',
    ],
  },
};

/** Packages that only these rooms may import. */
const packages: readonly { readonly name: RegExp; readonly rooms: readonly string[] }[] = [
  { name: /^(react|ink)(\/|$)/, rooms: ['view', 'cli'] },
  { name: /^(@kubernetes\/client-node|@gitbeaker\/rest|execa|undici)(\/|$)/, rooms: ['adapters'] },
];

export interface SourceFile {
  /** From the project's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Violation {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

interface Import {
  readonly from: string;
  readonly line: number;
  readonly typeOnly: boolean;
}

/** Static, dynamic and re-exporting imports, of types as well. */
export function importsOf(file: SourceFile): readonly Import[] {
  const { module, errors } = parseSync(file.path, file.text);
  if (errors[0]) throw new Error(`${file.path} cannot be parsed: ${errors[0].message}`);
  const lineAt = (offset: number) => file.text.slice(0, offset).split('\n').length;
  const statics = module.staticImports.map((found) => ({
    from: found.moduleRequest.value,
    line: lineAt(found.start),
    typeOnly: found.entries.length > 0 && found.entries.every((entry) => entry.isType),
  }));
  const reexports = module.staticExports.flatMap((found) =>
    found.entries.flatMap(({ moduleRequest, isType }) =>
      moduleRequest === null
        ? []
        : [{ from: moduleRequest.value, line: lineAt(found.start), typeOnly: isType }],
    ),
  );
  const dynamics = module.dynamicImports.map(({ moduleRequest }) => ({
    from: file.text.slice(moduleRequest.start + 1, moduleRequest.end - 1),
    line: lineAt(moduleRequest.start),
    typeOnly: false,
  }));
  return [...statics, ...reexports, ...dynamics];
}

const roomOf = (file: string) => /^src\/([^/]+)\//.exec(file)?.[1];

function importViolation(file: SourceFile, { from, typeOnly }: Import): string | undefined {
  const room = roomOf(file.path);
  if (room === undefined) return undefined;
  const allowed = rooms[room];
  if (allowed === undefined) return `the room "${room}" is not in the table of scripts/boundaries.ts`;
  if (!from.startsWith('.')) {
    const closed = packages.find(({ name }) => name.test(from));
    return closed === undefined || closed.rooms.includes(room)
      ? undefined
      : `${room} may not import the package ${from}; only ${closed.rooms.join(' and ')} may`;
  }
  const target = path.posix.join(path.posix.dirname(file.path), from);
  const other = roomOf(target);
  if (other === room) return undefined;
  if (other === undefined && target === 'package.json' && room === 'cli') return undefined;
  if (other === undefined) return `${room} imports ${target}, which is in no room of src/`;
  if (allowed.uses.includes(other)) return undefined;
  if (allowed.types?.includes(other))
    return typeOnly ? undefined : `${room} may import types of ${other} only (import type)`;
  return `${room} may not import ${other} (${target})`;
}

function sizeViolation(file: SourceFile): string | undefined {
  const lines = file.text.split('\n').length - 1;
  const most = file.path.startsWith('src/') && file.path.endsWith('.tsx') ? 120 : 300;
  return lines > most ? `${lines} lines, where ${most} are the most: split it by noun` : undefined;
}

/** Everything wrong, and how many modules of src were read and imports seen, to prove that something was looked at. */
export function inspect(files: readonly SourceFile[]): {
  readonly violations: readonly Violation[];
  readonly modules: number;
  readonly imports: number;
} {
  const violations: Violation[] = [];
  let modules = 0;
  let imports = 0;
  for (const file of files) {
    const size = sizeViolation(file);
    if (size) violations.push({ path: file.path, line: 1, message: size });
    if (!file.path.startsWith('src/')) continue;
    modules += 1;
    for (const found of importsOf(file)) {
      imports += 1;
      const message = importViolation(file, found);
      if (message) violations.push({ path: file.path, line: found.line, message });
    }
  }
  return { violations, modules, imports };
}

/** Every source file under those of these folders that there are. */
export function sourceFiles(root: string, folders: readonly string[]): readonly SourceFile[] {
  const present = folders.filter((folder) => existsSync(path.join(root, folder)));
  return present.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(tsx?|cjs|mjs|js)$/.test(entry.name))
      .map((entry) => path.join(entry.parentPath, entry.name))
      .filter((file) => !file.includes('/fixtures/') && !file.includes('/node_modules/'))
      .map((file) => ({
        path: path.relative(root, file).replaceAll('\\', '/'),
        text: readFileSync(file, 'utf8'),
      })),
  );
}

function main(): void {
  const root = path.resolve(import.meta.dirname, '..');
  const files = sourceFiles(root, ['src', 'bin', 'scripts', 'test', 'bench']);
  const { violations, modules, imports } = inspect(files);
  const onDisk = readdirSync(path.join(root, 'src'), { recursive: true }).filter((name) =>
    /\.tsx?$/.test(String(name)),
  ).length;
  for (const { path: file, line, message } of violations) console.error(`${file}:${line}  ${message}`);
  if (modules < onDisk || imports === 0) {
    console.error(
      `Only ${modules} of ${onDisk} modules and ${imports} imports were read; this check saw nothing.`,
    );
    process.exitCode = 1;
  }
  if (violations.length > 0) process.exitCode = 1;
}

if (import.meta.main) main();
