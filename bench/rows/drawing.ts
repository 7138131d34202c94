import { setTimeout as sleep } from 'node:timers/promises';
import type { Benchmark } from '../harness/benchmark.ts';
import { bundled } from '../harness/bundled.ts';
import { cleanEnv, cpuOf } from '../harness/programs.ts';
import { compared } from '../harness/rounds.ts';
import { openTerminal } from '../harness/terminal.ts';

/** The screen of `rollbook status` and a painter written by hand, fed with the same pictures of 5,000 pods. */
export const drawing: Benchmark = {
  name: 'drawing',
  async run(context) {
    const programs = await bundled(context, ['draw-screen', 'draw-painter']);
    const env = cleanEnv(context);
    const [ours, painter, redraw] = [
      openTerminal([process.execPath, programs['draw-screen']], { env }),
      openTerminal([process.execPath, programs['draw-painter']], { env }),
      openTerminal([process.execPath, programs['draw-painter'], 'redraw'], { env }),
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
