import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Benchmark } from '../harness/benchmark.ts';
import { ask, cleanEnv, endAll, hostsOf, launcher, probed, startBystander } from '../harness/programs.ts';
import { limited } from '../harness/rounds.ts';
import { openTerminal } from '../harness/terminal.ts';

/** A terminal that stops reading, while a step prints and the journal is written: is anything late in the host? */
export const stalled: Benchmark = {
  name: 'stalled',
  async run(context) {
    const seconds = context.quick ? 2 : 10;
    const file = path.join(context.folder, 'stalled.yaml');
    const script = `for i in $(seq ${(seconds + 2) * 20}); do echo line $i $(date +%s%3N); sleep 0.05; done`;
    writeFileSync(
      file,
      `apiVersion: rollbook/v1\nid: bench/stalled\ntitle: Stalled\nsteps:\n  - id: print\n    title: Print for a while\n    uses: shell\n    with: { script: "${script}" }\n`,
    );
    const folder = path.join(context.folder, 'probe');
    const env = probed(cleanEnv(context), folder, { delay: true });
    const bystander = await startBystander(env, folder);
    const terminal = openTerminal([process.execPath, launcher(context), 'run', file], { env });
    try {
      await terminal.saw('Do it?');
      await sleep(500);
      terminal.press('y');
      await terminal.saw(/line \d+/);
      const [host] = hostsOf(folder);
      if (host === undefined) throw new Error('No host runs for the session.');
      await Promise.all([ask(host, folder), bystander.delayMs()]);
      terminal.pause();
      await sleep(seconds * 1000);
      const [{ delayMaxMs = 0 }, unavoidable] = await Promise.all([ask(host, folder), bystander.delayMs()]);
      terminal.resume();
      return [
        limited(
          {
            name: 'stalled-terminal',
            what: `a terminal that does not read for ${seconds} s: the longest wait of the host's event loop, beyond that of an idle Node`,
            unit: 'ms',
            command: 'rollbook run',
          },
          [Math.max(0, delayMaxMs - unavoidable)],
          50,
        ),
      ];
    } finally {
      bystander.stop();
      await terminal.close();
      endAll(folder);
    }
  },
};
