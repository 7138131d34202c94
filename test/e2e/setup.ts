import { execFileSync } from 'node:child_process';
import path from 'node:path';

/** The tests here run what is shipped: it is built once, from the sources as they are. */
export function setup(): void {
  const root = path.resolve(import.meta.dirname, '../..');
  execFileSync(process.execPath, ['scripts/build.ts'], { cwd: root, stdio: 'inherit' });
}
