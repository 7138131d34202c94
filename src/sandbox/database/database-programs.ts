import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Program, ProgramContext, Programs } from '../containers/program.ts';
import type { BackupVolume } from './backup-volume.ts';
import { clientArguments } from './client-arguments.ts';
import { withContainerAddress } from './container-names.ts';
import type { Database } from './database.ts';
import { dfProgram } from './df-program.ts';
import { giveTo } from './machine-user.ts';

const CLIENTS = ['psql', 'pg_dump', 'pg_restore', 'createdb', 'dropdb', 'pg_isready'];

/** A write beyond the limit fails instead of ending the program; blocks of 512 bytes. */
const BOUNDED = `trap '' XFSZ; ulimit -f "$1"; shift; exec "$@"`;
const BLOCK = 512;
const CANNOT_START = 126;

/**
 * The clients that the postgres image has, run for real on this machine against the sandbox's server, and df.
 * `volumes` are the folders that they may write to.
 */
export function databasePrograms(
  database: Database,
  backup: BackupVolume,
  volumes: readonly string[],
): Programs {
  const client = clientProgram(database, backup, volumes);
  return { ...Object.fromEntries(CLIENTS.map((name) => [name, client])), df: dfProgram(backup) };
}

function clientProgram(database: Database, backup: BackupVolume, volumes: readonly string[]): Program {
  return async (context) => {
    // What other programs of the container have written there belongs to whoever runs the sandbox.
    for (const volume of volumes) giveTo(volume, database.user);
    const [name = '', ...args] = context.argv;
    const program = basename(name);
    const { server, folder } = database;
    const where = { files: context.files, port: server.port, socketFolder: folder.sockets };
    const command = [join(database.programs.folder, program), ...clientArguments(program, args, where)];
    const limit = String(Math.floor(backup.space().free / BLOCK));
    const [file = '', ...rest] = backup.bounded
      ? ['/bin/sh', '-c', BOUNDED, 'sh', limit, ...command]
      : command;
    const child = spawn(file, rest, {
      ...database.user,
      cwd: context.files.real(context.cwd),
      env: environment(context, database),
      stdio: ['pipe', 'pipe', 'pipe'],
      signal: context.signal,
      killSignal: 'SIGKILL',
    });
    return conduct(child, context, database);
  };
}

/** Nothing of this machine's environment reaches them; what the container says of the server's place does not either. */
function environment({ env, files }: ProgramContext, { server, folder }: Database): NodeJS.ProcessEnv {
  const { PGHOST: _host, PGPORT: _port, PGHOSTADDR: _address, PATH: _path, ...own } = env;
  return {
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    PGUSER: 'postgres',
    ...own,
    PATH: '',
    SHELL: '/bin/false',
    PSQLRC: '/dev/null',
    PSQL_HISTORY: '/dev/null',
    HOME: files.real(env.HOME ?? '/'),
    PGHOST: folder.sockets,
    PGPORT: String(server.port),
  };
}

async function conduct(child: ChildProcess, context: ProgramContext, database: Database): Promise<number> {
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new Error('A program without streams');
  const ended = new Promise<number>((resolve) => {
    child.once('error', (error) => {
      // Killed by the signal: its close follows.
      if (child.pid !== undefined) return;
      context.stderr(`${context.argv[0]}: ${error.message}\n`);
      resolve(CANNOT_START);
    });
    child.once('close', (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
  const input = Readable.from(context.stdin);
  // A program may end before it has read everything.
  const fed = pipeline(input, stdin).catch(() => undefined);
  stdout.on('data', (chunk: Buffer) => context.stdout(outward(chunk, context, database)));
  const told = forwardLines(stderr, (text) => context.stderr(inContainer(text, context, database)));
  const code = await ended;
  await told;
  input.destroy();
  await fed;
  return code;
}

/** Bytes stay what they are, but for the folder's name: \\conninfo and pg_isready tell where the server is. */
function outward(chunk: Buffer, context: ProgramContext, database: Database): Buffer {
  if (!chunk.includes(database.folder.path)) return chunk;
  return Buffer.from(inContainer(chunk.toString('latin1'), context, database), 'latin1');
}

/** Messages name the container's files and address, and the disk of the volume. */
function inContainer(text: string, { files }: ProgramContext, database: Database): string {
  return files
    .virtual(withContainerAddress(text, database))
    .replaceAll(': File too large', ': No space left on device');
}

/** A name that is to be translated never falls between two chunks. */
async function forwardLines(stream: Readable, forward: (text: string) => void): Promise<void> {
  let rest = '';
  stream.setEncoding('utf8');
  try {
    for await (const chunk of stream) {
      const text = rest + chunk;
      const end = text.lastIndexOf('\n') + 1;
      if (end > 0) forward(text.slice(0, end));
      rest = text.slice(end);
    }
  } catch {
    // The program was killed.
  }
  if (rest !== '') forward(rest);
}
