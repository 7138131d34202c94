import { existsSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { build, type Plugin } from 'esbuild';
import type { Context } from './benchmark.ts';

const BENCH = path.resolve(import.meta.dirname, '..');

/** What the benchmarks import of `src` is taken from the project that is measured. */
function measuredSources(root: string): Plugin {
  return {
    name: 'measured-sources',
    setup({ onResolve }) {
      onResolve({ filter: /^(\.\.\/)+src\// }, ({ path: imported, importer }) =>
        importer.startsWith(BENCH)
          ? { path: path.join(root, imported.replace(/^(\.\.\/)+/, '')) }
          : undefined,
      );
    },
  };
}

/** Programs of the folder `work`, built as the project is: with its own options, and its own patches. */
export async function bundled<Name extends string>(
  { root, folder }: Context,
  names: readonly Name[],
): Promise<Readonly<Record<Name, string>>> {
  const from = (file: string) => import(path.join(root, 'scripts', file));
  const [{ bundleOptions }, { patching }] = await Promise.all([from('build.ts'), from('build/patches.ts')]);
  const modules = path.join(folder, 'node_modules');
  if (!existsSync(modules)) symlinkSync(path.join(root, 'node_modules'), modules);
  await build({
    ...bundleOptions(),
    jsx: 'automatic',
    entryPoints: Object.fromEntries(names.map((name) => [name, path.join(BENCH, 'work', `${name}.ts`)])),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    plugins: [measuredSources(root), patching(new Set<string>())],
  });
  return Object.fromEntries(names.map((name) => [name, path.join(folder, `${name}.mjs`)])) as Record<
    Name,
    string
  >;
}
