import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from './benchmark.ts';

const PROBE = path.join(import.meta.dirname, 'probe.cjs');

export interface Used {
  readonly pid: number;
  readonly program: string;
  readonly cpuMs: number;
  readonly childrenMs: number;
  readonly maxRssMb: number;
  readonly rssMb: number;
  readonly delayMaxMs?: number;
  readonly delayP99Ms?: number;
}

export const launcher = ({ root }: Pick<Context, 'root'>) => path.join(root, 'bin/rollbook.cjs');

/** A clean machine: no settings, no sessions, nothing of the caller's. */
export function cleanEnv({ folder }: Context, more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { PATH = '' } = process.env;
  return { PATH, HOME: folder, TMPDIR: folder, ROLLBOOK_STATE_DIR: path.join(folder, 'state'), ...more };
}

/** Wall time of a program from start to end, in milliseconds. Throws when it fails. */
export async function wallMs(
  command: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
  cwd?: string,
): Promise<number> {
  const [program, ...args] = command;
  const started = performance.now();
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'], ...(cwd ? { cwd } : {}) });
  await endOf(child, command);
  return performance.now() - started;
}

export async function endOf(child: ChildProcess, command: readonly string[]): Promise<void> {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${command.join(' ')} ended with ${code}: ${said.slice(-2000)}`));
    });
  });
}

/** Everything that runs under it, descendants too, tells what it used into a folder. */
export function probed(env: NodeJS.ProcessEnv, folder: string, { delay = false } = {}): NodeJS.ProcessEnv {
  mkdirSync(folder, { recursive: true });
  return {
    ...env,
    BENCH_PROBE: folder,
    ...(delay ? { BENCH_DELAY: '1' } : {}),
    NODE_OPTIONS: `${env.NODE_OPTIONS ?? ''} --require ${PROBE}`.trim(),
  };
}

export function told(folder: string): readonly Used[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as Used);
}

/** Asks a running program what it has used by now. */
export async function ask(pid: number, folder: string): Promise<Used> {
  const file = path.join(folder, `${pid}.json`);
  rmSync(file, { force: true });
  process.kill(pid, 'SIGUSR2');
  for (let waited = 0; waited < 10_000; waited += 10) {
    if (statSync(file, { throwIfNoEntry: false })) return JSON.parse(readFileSync(file, 'utf8')) as Used;
    await sleep(10);
  }
  throw new Error(`Process ${pid} does not tell what it has used.`);
}

/** CPU time of any running program, in milliseconds, as the system counts it. */
export function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Memory of a running program now, and at its highest, in MiB. */
export function memoryOf(pid: number): { readonly now: number; readonly most: number } {
  const file = `/proc/${pid}/status`;
  const status = statSync(file, { throwIfNoEntry: false }) ? readFileSync(file, 'utf8') : '';
  const mib = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
  return { now: mib('VmRSS'), most: mib('VmHWM') };
}

export function onPath(program: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  return folders
    .map((folder) => path.join(folder, program))
    .find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}

/** Ends what outlives its terminal by design: hosts and sandboxes that were started with this folder. */
export function endAll(folder: string): void {
  for (const pid of startedWith(folder, 'dist/')) process.kill(pid, 'SIGKILL');
}

/** The session hosts that were started with this folder for what they use. */
export const hostsOf = (folder: string): readonly number[] => startedWith(folder, 'dist/host.js');

function startedWith(folder: string, program: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return (
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(program) &&
          readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`BENCH_PROBE=${folder}`)
        );
      } catch {
        // Over already, or somebody else's.
        return false;
      }
    })
    .map(Number);
}

/** A Node with nothing to do: what even it has to wait for is the machine's doing. */
export interface Bystander {
  /** Its longest wait since it was last asked, in milliseconds. */
  delayMs(): Promise<number>;
  stop(): void;
}

export async function startBystander(env: NodeJS.ProcessEnv, folder: string): Promise<Bystander> {
  const child = spawn(process.execPath, ['-e', 'console.log("here"); setInterval(() => {}, 1000)'], {
    env: probed(env, folder, { delay: true }),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const pid = child.pid ?? 0;
  return {
    delayMs: async () => (await ask(pid, folder)).delayMaxMs ?? 0,
    stop: () => void child.kill('SIGKILL'),
  };
}
