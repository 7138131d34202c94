import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Row } from './benchmark.ts';

type Measure = (root: string, onRow: (row: Row) => void) => Promise<readonly Row[]>;

/** Measures this project and another revision of it, each against the same peers, and tells what has changed. */
export async function compareWith(
  revision: string,
  measure: Measure,
  root: string,
  say: (row: Row) => void,
): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-revision-'));
  const other = path.join(folder, 'project');
  const git = (...args: readonly string[]) =>
    execFileSync('git', args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    git('clone', '--quiet', '--shared', '--no-checkout', root, other);
    const commit = execFileSync('git', ['rev-parse', '--verify', `${revision}^{commit}`], { cwd: root })
      .toString()
      .trim();
    execFileSync('git', ['checkout', '--quiet', commit], { cwd: other });
    symlinkSync(path.join(root, 'node_modules'), path.join(other, 'node_modules'));
    execFileSync(process.execPath, ['scripts/build.ts'], {
      cwd: other,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const before = await measure(other, () => undefined);
    await measure(root, (row) => {
      say(row);
      const was = before.find(({ name }) => name === row.name);
      if (was?.ratio === undefined || row.ratio === undefined) return;
      const change = ((row.ratio - was.ratio) / was.ratio) * 100;
      process.stderr.write(
        `  ${revision}: ${was.ratio.toFixed(2)}x, now ${row.ratio.toFixed(2)}x (${change > 0 ? '+' : ''}${change.toFixed(0)} %)\n`,
      );
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
