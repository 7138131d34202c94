import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DatabaseReady } from '../sandbox/database/database.ts';
import { startSandbox } from '../sandbox/main.ts';
import { WorldSpecError } from '../sandbox/world/spec-error.ts';
import { systemClock } from '../sandbox/world/system-clock.ts';
import { CommandFailure, EXIT, type ExitCode } from './exit-code.ts';
import type { Io } from './io.ts';

/** rollbook sandbox: the drills' world on its own, until it is stopped. */
export async function sandbox(flags: { json?: boolean; world?: string }, io: Io): Promise<ExitCode> {
  const world = flags.world === undefined ? { preset: 'banking-app' } : readWorld(flags.world);
  const folder = mkdtempSync(path.join(tmpdir(), 'rollbook-sandbox-'));
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  const onError = (error: unknown) => io.err(`In the sandbox: ${String(error)}`);
  const started = await startSandbox(world, { folder, clock: systemClock(), onError }).catch(
    (error: unknown) => {
      if (error instanceof WorldSpecError) throw new CommandFailure(error.problems.join('\n'), EXIT.usage);
      throw error;
    },
  );
  // A world is not over because something in it went wrong.
  process.on('uncaughtException', onError);
  if (flags.json) io.out(JSON.stringify(started.ready));
  else {
    io.out(`The sandbox is ready. In another terminal:`);
    io.out(`  export KUBECONFIG=${started.ready.kubeconfig}`);
    io.out(`  kubectl get pods`);
    if (started.ready.prometheus !== undefined) io.out(`Prometheus   ${started.ready.prometheus.url}`);
    if (started.ready.elasticsearch !== undefined) io.out(`Elasticsearch ${started.ready.elasticsearch.url}`);
    if (started.ready.database !== undefined) io.out(`Database     ${psqlOf(started.ready.database)}`);
    io.out(`Audit log    ${started.ready.audit}`);
    io.out('Ctrl-C stops it.');
  }
  await stopped;
  await started.stop();
  return EXIT.succeeded;
}

function psqlOf({ host, port, user, password, database }: DatabaseReady): string {
  return `PGPASSWORD=${password} psql -h ${host} -p ${port} -U ${user} ${database}`;
}

function readWorld(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CommandFailure(`${file} is not a world in JSON: ${(error as Error).message}`, EXIT.usage);
  }
}
