import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Context } from './benchmark.ts';

/** A local API server with many pods, in a process of its own, for all sides of a comparison. */
export interface Cluster {
  readonly kubeconfig: string;
  changesPerSecond(rate: number): void;
  stop(): void;
}

export async function startCluster({ folder }: Context, pods: number): Promise<Cluster> {
  const own = mkdtempSync(path.join(folder, 'cluster-'));
  const program = path.join(import.meta.dirname, '../work/api-server.ts');
  const child = spawn(process.execPath, [program, String(pods), own], { stdio: ['pipe', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    const { kubeconfig } = JSON.parse(line) as { kubeconfig: string };
    return {
      kubeconfig,
      changesPerSecond: (rate) => void child.stdin.write(`${rate}\n`),
      stop: () => child.stdin.end(),
    };
  }
  throw new Error('The API server of the benchmarks did not start.');
}
