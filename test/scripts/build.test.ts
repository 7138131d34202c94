import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { build, type Plugin } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lazyConstant, patches, patching } from '../../scripts/build/patches.ts';
import { bundleOptions, missingPatches } from '../../scripts/build.ts';

const root = path.resolve(import.meta.dirname, '../..');
const run = promisify(execFile);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'rollbook-build-'));
  await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
});
afterAll(() => rm(folder, { recursive: true }));

async function bundle(name: string, plugins: Plugin[]) {
  const result = await build({
    ...bundleOptions(),
    metafile: true,
    entryPoints: { [name]: 'test/scripts/fixtures/frames.tsx' },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    plugins,
  });
  return { metafile: result.metafile, file: path.join(folder, `${name}.mjs`) };
}

async function output(file: string): Promise<string> {
  const env = { ...process.env, FORCE_COLOR: '3' };
  return (await run(process.execPath, [file], { env, maxBuffer: 1 << 26 })).stdout;
}

describe('patched dependencies', () => {
  it('draw the same frames and measure the same widths as the stock ones', async () => {
    const applied = new Set<string>();
    const [stock, patched] = await Promise.all([bundle('stock', []), bundle('patched', [patching(applied)])]);
    expect(missingPatches(patched.metafile, applied)).toEqual([]);
    const [expected, actual] = await Promise.all([output(stock.file), output(patched.file)]);
    expect(expected).toContain('日本語');
    expect(actual === expected).toBe(true);
  });

  it('are missed when their file is no longer part of the bundle', async () => {
    const { metafile } = await bundle('unpatched', []);
    expect(missingPatches(metafile, new Set())).toEqual(patches.map((patch) => patch.file));
  });

  it.each(patches)('$file: fails when the pattern vanishes', (patch) => {
    expect(() => patch.apply('export default 1;\n')).toThrow(/expected/);
  });
});

describe('lazyConstant', () => {
  it('computes at first use and keeps every use', () => {
    const source = 'const before = 1;\nconst big = make(before);\nconst f = () => big.test(1) || bigger;\n';
    expect(lazyConstant(source, 'big')).toBe(
      'const before = 1;\nlet bigMade;\nconst bigLazy = () => (bigMade ??= make(before));\nconst f = () => bigLazy().test(1) || bigger;\n',
    );
  });
});
