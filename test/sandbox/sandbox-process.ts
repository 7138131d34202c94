import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { SandboxReady } from '../../src/sandbox/main.ts';

const PROGRAM = resolve(import.meta.dirname, '../../src/sandbox/process.ts');

export interface RunningSandbox {
  readonly ready: SandboxReady;
  readonly process: ChildProcess;
  readonly folder: string;
  /** Resolves to the exit code. */
  readonly exited: Promise<number | null>;
  stop(): Promise<void>;
}

/** Starts the sandbox as its own process, as everyone who uses it does. */
export async function runSandbox(world: unknown, ...options: readonly string[]): Promise<RunningSandbox> {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-process-'));
  const file = join(folder, 'world.json');
  writeFileSync(file, JSON.stringify(world));
  const child = spawn(process.execPath, [PROGRAM, '--world', file, '--folder', folder, ...options], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = new Promise<number | null>((done) => child.once('exit', done));
  const stop = async () => {
    child.kill();
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  for await (const line of createInterface({ input: child.stdout })) {
    return { ready: JSON.parse(line) as SandboxReady, process: child, folder, exited, stop };
  }
  await stop();
  throw new Error('The sandbox ended before it was ready');
}
