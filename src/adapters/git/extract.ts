import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { PortFailure } from '../../ports/failure.ts';
import { neutralise } from '../../prose/neutralise.ts';
import type { TreeFile } from './tree.ts';

/** Writes files into a folder of their own; only plain files, never over anything. */
export async function extractTree(files: readonly TreeFile[], to: string): Promise<void> {
  const root = resolve(to);
  await mkdir(root, { recursive: true, mode: 0o700 });
  if ((await readdir(root)).length > 0) {
    throw new PortFailure(`The folder ${neutralise(to)} is not empty: nothing is written into it.`, {
      reason: 'conflict',
      next: 'Take away what is in it, or give another folder.',
    });
  }
  for (const { path, bytes } of files) {
    if (bytes === undefined) continue;
    const file = join(root, path);
    const inside = relative(root, file);
    if (inside === '' || inside.startsWith(`..${sep}`) || inside === '..')
      throw new Error(`${path} leads out of the folder`);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, bytes, { flag: 'wx', mode: 0o600 });
  }
}
