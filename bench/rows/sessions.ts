import { spawn } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Benchmark, Context } from '../harness/benchmark.ts';
import {
  cleanEnv,
  cpuOf,
  endAll,
  endOf,
  hostsOf,
  launcher,
  memoryOf,
  probed,
  told,
  wallMs,
} from '../harness/programs.ts';
import { compared, interleaved, limited } from '../harness/rounds.ts';
import { openTerminal } from '../harness/terminal.ts';

const NODE = process.execPath;
const RUNBOOK = 'banking-app/application-rollback';

async function sandboxReadyMs(context: Context): Promise<number> {
  const command = [launcher(context), 'sandbox', '--json'];
  const began = performance.now();
  const child = spawn(NODE, command, { env: cleanEnv(context), stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = endOf(child, command);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const ready = performance.now() - began;
  child.kill('SIGTERM');
  await ended;
  return ready;
}

export const sandbox: Benchmark = {
  name: 'sandbox',
  async run(context) {
    const measured = await interleaved(
      {
        ready: () => sandboxReadyMs(context),
        nothing: () => wallMs([NODE, '-e', '0'], cleanEnv(context)),
      },
      context.rounds * 2,
    );
    return [
      compared(
        {
          name: 'sandbox-ready',
          what: 'the embedded world, from nothing to ready',
          peer: 'node -e 0',
          unit: 'ms',
          goal: 12,
          command: 'rollbook sandbox --json',
        },
        measured.ready,
        measured.nothing,
      ),
    ];
  },
};

/** All processes of a drill together: the app, the sandbox, and what they start. */
export const drill: Benchmark = {
  name: 'drill',
  async run(context) {
    const seconds: number[] = [];
    for (let round = 0; round < context.rounds; round += 1) {
      const folder = path.join(context.folder, `drill-${round}`);
      mkdirSync(folder, { recursive: true });
      const env = probed(cleanEnv(context), folder);
      const quick = ['-i', 'window=1s', '-i', 'settle=200ms', '-i', 'max-error-rate=1'];
      await wallMs([NODE, launcher(context), 'drill', RUNBOOK, '--auto', '--json', ...quick], env);
      // The app waits for its sandbox to stop: what that used is among what its children used.
      const app = told(folder).find(({ program }) => program === launcher(context));
      seconds.push(((app?.cpuMs ?? Number.NaN) + (app?.childrenMs ?? 0)) / 1000);
      rmSync(folder, { recursive: true, force: true });
    }
    return [
      limited(
        {
          name: 'drill-cpu',
          what: 'a whole blue-green drill: CPU of app and sandbox',
          unit: 's',
          command: `rollbook drill ${RUNBOOK} --auto`,
        },
        seconds,
        2,
      ),
    ];
  },
};

/** A session that waits for its operator: host, screen and sandbox, all that is left running. */
export const idle: Benchmark = {
  name: 'idle',
  async run(context) {
    const folder = path.join(context.folder, 'idle');
    const env = probed(cleanEnv(context), folder);
    const terminal = openTerminal([NODE, launcher(context), 'drill', RUNBOOK], { env });
    try {
      await terminal.saw(/Live|live/);
      await sleep(context.quick ? 1_000 : 10_000);
      const pids = [terminal.pid, ...hostsOf(folder)];
      const used = () => pids.map(cpuOf);
      const memory = () => pids.map((pid) => memoryOf(pid).now);
      const [before, heldBefore] = [used(), memory()];
      const began = performance.now();
      await sleep(context.quick ? 1_000 : 30_000);
      const elapsed = performance.now() - began;
      // Of host and screen: the sandbox stands in for a cluster, which is not ours to run.
      const own = used().map((now, at) => ((now - (before[at] ?? 0)) / elapsed) * 100);
      const grown = memory().map((now, at) => now - (heldBefore[at] ?? 0));
      const command = `rollbook drill ${RUNBOOK}`;
      return [
        limited(
          {
            name: 'idle-cpu',
            what: 'a session that waits: CPU of the busier of host and screen',
            unit: '% of a core',
            command,
          },
          [Math.max(...own)],
          1,
        ),
        limited(
          {
            name: 'idle-memory',
            what: 'and what their memory grows by in half a minute',
            unit: 'MiB',
            command,
          },
          [Math.max(0, ...grown)],
          8,
        ),
      ];
    } finally {
      await terminal.close();
      endAll(folder);
    }
  },
};

const FLOOD_LINE =
  'a line of output as programs print them, neither very short nor very long, 100 bytes of it, more';

function runbook(folder: string, name: string, steps: string): string {
  const file = path.join(folder, `${name}.yaml`);
  writeFileSync(file, `apiVersion: rollbook/v1\nid: bench/${name}\ntitle: ${name}\nsteps:\n${steps}`);
  return file;
}

/** From the start to the end of the one step of the newest session, as its journal tells. */
function stepMs(state: string): number {
  const journals = globSync(path.join(state, 'incidents/*/journal.jsonl'));
  const newest = journals.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0] ?? '';
  const events = readFileSync(newest, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly type: string; readonly time: string });
  const at = (type: string) => Date.parse(events.find((event) => event.type === type)?.time ?? '');
  return at('step-succeeded') - at('step-started');
}

/** A command that prints 500 MB, its end on the screen and all of it on the disk. */
export const flood: Benchmark = {
  name: 'flood',
  async run(context) {
    const megabytes = context.quick ? 5 : 500;
    const print = `yes '${FLOOD_LINE}' | head -c ${megabytes}M`;
    const steps = `  - id: print\n    title: Print a lot\n    uses: shell\n    with: { script: "${print}" }\n`;
    const file = runbook(context.folder, 'flood', steps);
    const folder = path.join(context.folder, 'flood-probe');
    const env = probed(cleanEnv(context), folder);
    const most: number[] = [];
    const measured = await interleaved(
      {
        ours: async () => {
          const terminal = openTerminal([NODE, launcher(context), 'run', file], { env });
          await terminal.saw('Do it?');
          await sleep(300);
          const [host = terminal.pid] = hostsOf(folder);
          let held = 0;
          const look = setInterval(() => {
            held = Math.max(held, memoryOf(host).now);
          }, 100);
          terminal.press('y');
          await terminal.saw('SUCCEEDED', 180_000).finally(() => clearInterval(look));
          most.push(held);
          await terminal.close();
          endAll(folder);
          return megabytes / (stepMs(env.ROLLBOOK_STATE_DIR ?? '') / 1000);
        },
        cat: async () => megabytes / ((await wallMs(['sh', '-c', `${print} | cat >/dev/null`], env)) / 1000),
      },
      context.rounds,
    );
    const command = 'rollbook run (a shell step)';
    return [
      compared(
        {
          name: 'flood',
          what: `${megabytes} MB printed by a step, its end on screen, all on disk`,
          peer: 'cat >/dev/null',
          unit: 'MB/s',
          goal: 0.5,
          better: 'higher',
          command,
        },
        measured.ours,
        measured.cat,
      ),
      limited({ name: 'flood-memory', what: "the host's memory meanwhile", unit: 'MiB', command }, most, 200),
    ];
  },
};
