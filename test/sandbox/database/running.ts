import { join } from 'node:path';
import type * as z from 'zod/mini';
import type { ContainerFiles, Program } from '../../../src/sandbox/containers/program.ts';
import { Database } from '../../../src/sandbox/database/database.ts';
import { databaseInstaller } from '../../../src/sandbox/database/database-pod.ts';
import { completeDatabase, type databaseSchema } from '../../../src/sandbox/database/database-spec.ts';

type Input = z.infer<typeof databaseSchema>;

export async function startDatabase(input: Input): Promise<Database> {
  const spec = completeDatabase(input);
  if (spec === undefined) throw new Error('no database was asked for');
  const database = new Database({ spec, seed: 1, now: Date.now() });
  await database.start();
  await database.noteStart();
  return database;
}

/** The container's folders are its volumes and nothing else. */
export function filesOf(volumes: Readonly<Record<string, string>>): ContainerFiles {
  const mounts = Object.entries(volumes);
  return {
    real(path) {
      const mount = mounts.find(([at]) => path === at || path.startsWith(`${at}/`));
      return mount === undefined ? join('/nonexistent', path) : join(mount[1], path.slice(mount[0].length));
    },
    virtual: (text) => mounts.reduce((said, [at, real]) => said.replaceAll(real, at), text),
  };
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
}

/** The postgres image's programs, run as a container runs them. */
export function postgresContainer(database: Database, freeBytes?: number) {
  const installation = databaseInstaller(
    database,
    freeBytes,
  )({
    namespace: 'banking-app',
    pod: 'postgres-0',
    podUid: 'uid',
    podIP: '10.244.0.9',
    labels: { app: 'postgres' },
    container: 'postgres',
    image: 'postgres:15.8',
    env: {},
    restarts: 0,
  });
  if (installation?.volumes === undefined) throw new Error('nothing is installed');
  const { programs, volumes, env = {} } = installation;
  const files = filesOf(volumes);
  const run = async (argv: readonly string[], options: RunOptions = {}): Promise<Ran> => {
    const said = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    const program: Program | undefined = programs[argv[0] ?? ''];
    if (program === undefined) throw new Error(`${argv[0]} is not installed`);
    const code = await program({
      argv,
      env: { ...env, ...options.env },
      cwd: '/backup',
      files,
      stdin: options.stdin ?? nothing(),
      stdout: (chunk) => void said.stdout.push(Buffer.from(chunk)),
      stderr: (chunk) => void said.stderr.push(Buffer.from(chunk)),
      signal: options.signal ?? new AbortController().signal,
    });
    return {
      code,
      stdout: Buffer.concat(said.stdout).toString(),
      stderr: Buffer.concat(said.stderr).toString(),
    };
  };
  return { run, files };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
