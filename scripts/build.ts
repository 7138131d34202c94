import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { patches, patching } from './build/patches.ts';

const root = path.resolve(import.meta.dirname, '..');

/** One per process; the chunks of the screen and of the SDKs come from dynamic imports in them. */
const entries: Readonly<Record<string, string>> = {
  main: 'src/cli/main.ts',
  host: 'src/cli/host-process.ts',
  sandbox: 'src/sandbox/process.ts',
  status: 'src/cli/status-main.ts',
  home: 'src/cli/home-main.ts',
};

/** CommonJS dependencies inside an ES module still ask for `require`. */
const requireBanner =
  "import { createRequire as requireFrom } from 'node:module';const require = requireFrom(import.meta.url);";

/** How everything of ours is bundled; es2024, as a newer target makes esbuild slow down Unicode patterns. */
export function bundleOptions(): BuildOptions {
  return {
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    splitting: true,
    platform: 'node',
    target: 'es2024',
    minify: true,
    treeShaking: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    define: {
      'process.env.NODE_ENV': '"production"',
      'process.env.DEV': '"false"',
    },
    // The shell's compressors are native, optional, and never asked for.
    external: ['react-devtools-core', '@mongodb-js/zstd', 'node-liblzma'],
    banner: { js: requireBanner },
    chunkNames: 'chunks/[name]-[hash]',
  };
}

/** A patch is missing when Ink is in the bundle and the file it was for was never read. */
export function missingPatches(metafile: Metafile, applied: ReadonlySet<string>): readonly string[] {
  const usesInk = Object.keys(metafile.inputs).some((input) =>
    input.endsWith('node_modules/ink/build/index.js'),
  );
  return usesInk ? patches.map((patch) => patch.file).filter((file) => !applied.has(file)) : [];
}

async function main(): Promise<void> {
  const present = Object.entries(entries).filter(([, file]) => existsSync(path.join(root, file)));
  const applied = new Set<string>();
  await rm(path.join(root, 'dist'), { recursive: true, force: true });
  const { metafile } = await build({
    ...bundleOptions(),
    metafile: true,
    entryPoints: Object.fromEntries(present),
    outdir: 'dist',
    plugins: [patching(applied)],
  });
  const missing = missingPatches(metafile, applied);
  if (missing.length > 0)
    throw new Error(
      `These files were to be patched and are not in the bundle any more: ${missing.join(', ')}.`,
    );
  // Printed by the launcher, which then need not load the program.
  const help = execFileSync(process.execPath, ['dist/main.js', '--help'], { cwd: root });
  await writeFile(path.join(root, 'dist/help.txt'), help);
}

if (import.meta.main) await main();
