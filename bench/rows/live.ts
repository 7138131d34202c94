import { spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Benchmark, Context, Row } from '../harness/benchmark.ts';
import { type Cluster, startCluster } from '../harness/cluster.ts';
import {
  ask,
  cleanEnv,
  cpuOf,
  launcher,
  memoryOf,
  onPath,
  probed,
  startBystander,
  wallMs,
} from '../harness/programs.ts';
import { compared, interleaved, limited, unmeasured } from '../harness/rounds.ts';
import { type BenchTerminal, openTerminal } from '../harness/terminal.ts';

const NODE = process.execPath;
const SHOWN = 'CrashLoopBackOff';
const podsFor = ({ quick }: Context) => (quick ? 1_200 : 10_000);

function openStatus(context: Context, env: NodeJS.ProcessEnv): BenchTerminal {
  return openTerminal([NODE, launcher(context), 'status'], { env });
}

/** The first rows of 10,000 pods, what they take, and whether anything had to wait meanwhile. */
export const firstRows: Benchmark = {
  name: 'first-rows',
  async run(context) {
    const count = podsFor(context);
    const cluster = await startCluster(context, count);
    const env = cleanEnv(context, { KUBECONFIG: cluster.kubeconfig });
    const command = 'rollbook status';
    const what = `${count.toLocaleString('en')} pods`;
    const memory = { ours: [] as number[], floor: [] as number[] };
    const delays: number[] = [];
    try {
      const ours = async () => {
        const terminal = openStatus(context, env);
        const shown = await terminal.saw(SHOWN);
        await sleep(context.quick ? 500 : 2_500);
        memory.ours.push(memoryOf(terminal.pid).most);
        await terminal.close();
        memory.floor.push(await floorMb(env));
        return shown;
      };
      const delay = async () => {
        const folder = path.join(context.folder, 'probe');
        const bystander = await startBystander(env, folder);
        const terminal = openStatus(context, probed(env, folder, { delay: true }));
        await terminal.saw(SHOWN);
        await Promise.all([ask(terminal.pid, folder), bystander.delayMs()]);
        await sleep(context.quick ? 500 : 2_000);
        const [{ delayMaxMs = 0 }, unavoidable] = await Promise.all([
          ask(terminal.pid, folder),
          bystander.delayMs(),
        ]);
        delays.push(Math.max(0, delayMaxMs - unavoidable));
        bystander.stop();
        await terminal.close();
        return 0;
      };
      const kubectl = onPath('kubectl');
      const theirs = () =>
        kubectl === undefined ? Promise.resolve(Number.NaN) : wallMs([kubectl, 'get', 'pods'], env);
      const measured = await interleaved({ ours, theirs, delay }, context.rounds);
      const rows = {
        name: 'first-rows',
        what: `first rows on screen, ${what}`,
        peer: 'kubectl get pods',
        unit: 'ms',
        goal: 1,
        command,
      };
      return [
        kubectl === undefined
          ? unmeasured(rows, 'kubectl is not on PATH')
          : compared(rows, measured.ours, measured.theirs),
        compared(
          {
            name: 'first-rows-memory',
            what: `memory once all of ${what} are there`,
            peer: 'node -e, waiting',
            unit: 'MiB',
            goal: 2,
            command,
          },
          memory.ours,
          memory.floor,
        ),
        limited(
          {
            name: 'first-rows-delay',
            what: `longest wait of the event loop while ${what} arrive, beyond that of an idle Node`,
            unit: 'ms',
            command,
          },
          delays,
          20,
        ),
      ];
    } finally {
      cluster.stop();
    }
  },
};

async function floorMb(env: NodeJS.ProcessEnv): Promise<number> {
  const terminal = openTerminal([NODE, '-e', 'process.stdout.write("here"); setInterval(() => {}, 1000)'], {
    env,
  });
  await terminal.saw('here');
  const { now } = memoryOf(terminal.pid);
  await terminal.close();
  return now;
}

interface Followers {
  readonly ours: number;
  readonly kubectl: number | undefined;
  readonly informer: number;
  stop(): Promise<void>;
}

async function follow(context: Context, cluster: Cluster): Promise<Followers> {
  const env = cleanEnv(context, { KUBECONFIG: cluster.kubeconfig });
  const terminal = openStatus(context, env);
  const kubectl = onPath('kubectl');
  const watching =
    kubectl === undefined ? undefined : spawn(kubectl, ['get', 'pods', '-w'], { env, stdio: 'ignore' });
  const program = path.join(import.meta.dirname, '../peers/informer.ts');
  const informer = spawn(NODE, [program, cluster.kubeconfig], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  await Promise.all([
    terminal.saw(SHOWN),
    new Promise((resolve) => informer.stdout.once('data', resolve)),
    sleep(context.quick ? 500 : 4_000),
  ]);
  return {
    ours: terminal.pid,
    kubectl: watching?.pid,
    informer: informer.pid ?? 0,
    async stop() {
      watching?.kill();
      informer.kill();
      await terminal.close();
    },
  };
}

/** Everyone follows the same stream at the same time: a slow moment of the machine is one for all. */
export const following: Benchmark = {
  name: 'following',
  async run(context) {
    const count = podsFor(context);
    const cluster = await startCluster(context, count);
    const followers = await follow(context, cluster);
    const { ours, kubectl, informer } = followers;
    const windowMs = context.quick ? 500 : 5_000;
    const during = async (rate: number) => {
      cluster.changesPerSecond(rate);
      await sleep(context.quick ? 200 : 2_000);
      const used = { ours: [] as number[], kubectl: [] as number[], informer: [] as number[] };
      for (let round = 0; round < context.rounds; round += 1) {
        const pids = { ours, informer, kubectl: kubectl ?? ours };
        const before = { ours: cpuOf(ours), informer: cpuOf(informer), kubectl: cpuOf(pids.kubectl) };
        const began = performance.now();
        await sleep(windowMs);
        const share = (performance.now() - began) / 100;
        // A tick of the system's clock is 10 ms: less than one cannot be told from none.
        for (const name of ['ours', 'informer', 'kubectl'] as const)
          used[name].push(Math.max(10, cpuOf(pids[name]) - before[name]) / share);
      }
      return used;
    };
    try {
      const slow = await during(200);
      const fast = await during(2_000);
      const command = 'rollbook status';
      const pods = `${count.toLocaleString('en')} pods`;
      const rows: Row[] = [];
      const at200 = {
        name: 'follow-200',
        what: `following ${pods} at 200 changes a second, on screen: CPU`,
        peer: 'kubectl get pods -w >/dev/null',
        unit: '% of a core',
        goal: 1,
        command,
      };
      rows.push(
        kubectl === undefined
          ? unmeasured(at200, 'kubectl is not on PATH')
          : compared(at200, slow.ours, slow.kubectl),
      );
      rows.push(
        compared(
          {
            name: 'follow-2000',
            what: `the same at 2,000 changes a second: CPU`,
            peer: 'informer of client-node, no screen',
            unit: '% of a core',
            goal: 0.5,
            command,
          },
          fast.ours,
          fast.informer,
        ),
      );
      rows.push(
        compared(
          {
            name: 'follow-2000-memory',
            what: 'and memory',
            peer: 'informer of client-node, no screen',
            unit: 'MiB',
            goal: 0.3,
            command,
          },
          [memoryOf(ours).now],
          [memoryOf(informer).now],
        ),
      );
      return rows;
    } finally {
      await followers.stop();
      cluster.stop();
    }
  },
};

/** How long a key takes to be seen, when nothing happens and while the list is flooded. */
export const keys: Benchmark = {
  name: 'keys',
  async run(context) {
    const cluster = await startCluster(context, podsFor(context));
    const env = cleanEnv(context, { KUBECONFIG: cluster.kubeconfig });
    const terminal = openStatus(context, env);
    try {
      await terminal.saw(SHOWN);
      await sleep(context.quick ? 500 : 3_000);
      const presses = async () => {
        const times: number[] = [];
        for (let press = 0; press < (context.quick ? 4 : 40); press += 1) {
          const isOpening = press % 2 === 0;
          const shown = terminal.next(isOpening ? /To the beginning/ : /the 200 worst|restarts/);
          terminal.press(isOpening ? '?' : 'q');
          times.push(await shown);
          await sleep(37);
        }
        return times;
      };
      const idle = await presses();
      cluster.changesPerSecond(2_000);
      await sleep(1_000);
      const flooded = await presses();
      const p95 = (times: readonly number[]) =>
        [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? 0;
      return [
        compared(
          {
            name: 'key-to-paint',
            what: 'key press to paint at 2,000 changes a second, p95',
            peer: 'the same when idle',
            unit: 'ms',
            goal: 2,
            command: 'rollbook status',
          },
          [p95(flooded)],
          [p95(idle)],
        ),
      ];
    } finally {
      await terminal.close();
      cluster.stop();
    }
  },
};
