import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import type { Benchmark, Context } from '../harness/benchmark.ts';
import { cleanEnv, cpuOf } from '../harness/programs.ts';
import { compared } from '../harness/rounds.ts';
import { openTerminal } from '../harness/terminal.ts';

/** The screen of `rollbook status` and a painter written by hand, fed with the same pictures of 5,000 pods. */
export const drawing: Benchmark = {
  name: 'drawing',
  async run(context) {
    const programs = await bundled(context);
    const env = cleanEnv(context);
    const [ours, painter, redraw] = [
      openTerminal([process.execPath, programs.screen], { env }),
      openTerminal([process.execPath, programs.painter], { env }),
      openTerminal([process.execPath, programs.painter, 'redraw'], { env }),
    ];
    const all = [ours, painter, redraw];
    try {
      await Promise.all(all.map((terminal) => terminal.saw('CrashLoopBackOff')));
      await sleep(context.quick ? 300 : 2_000);
      const cpu = { ours: [] as number[], painter: [] as number[] };
      const bytes = { ours: [] as number[], redraw: [] as number[] };
      for (let round = 0; round < context.rounds; round += 1) {
        const before = all.map(({ pid }) => cpuOf(pid));
        const written = all.map((terminal) => terminal.written);
        await sleep(context.quick ? 500 : 5_000);
        const used = all.map(({ pid }, at) => Math.max(10, cpuOf(pid) - (before[at] ?? 0)));
        const wrote = all.map((terminal, at) => terminal.written - (written[at] ?? 0));
        cpu.ours.push(used[0] ?? 0);
        cpu.painter.push(used[1] ?? 0);
        bytes.ours.push(wrote[0] ?? 0);
        bytes.redraw.push(Math.max(1, wrote[2] ?? 0));
      }
      const command = 'rollbook status';
      return [
        compared(
          {
            name: 'drawing-cpu',
            what: 'drawing at 2,000 changes a second: CPU',
            peer: 'a line-diff painter written by hand',
            unit: 'ms of 5 s',
            goal: 3,
            command,
          },
          cpu.ours,
          cpu.painter,
        ),
        compared(
          {
            name: 'drawing-bytes',
            what: 'and bytes to the terminal',
            peer: 'full redraws',
            unit: 'bytes in 5 s',
            goal: 0.5,
            command,
          },
          bytes.ours,
          bytes.redraw,
        ),
      ];
    } finally {
      await Promise.all(all.map((terminal) => terminal.close()));
    }
  },
};

/** As the project is built: with its own options, and its own patches of what it draws with. */
async function bundled({
  root,
  folder,
}: Context): Promise<{ readonly screen: string; readonly painter: string }> {
  const from = (file: string) => import(path.join(root, 'scripts', file));
  const [{ bundleOptions }, { patching }] = await Promise.all([from('build.ts'), from('build/patches.ts')]);
  const work = path.join(import.meta.dirname, '../work');
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  await build({
    ...bundleOptions(),
    entryPoints: { screen: path.join(work, 'draw-screen.ts'), painter: path.join(work, 'draw-painter.ts') },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    plugins: [patching(new Set<string>())],
  });
  return { screen: path.join(folder, 'screen.mjs'), painter: path.join(folder, 'painter.mjs') };
}
