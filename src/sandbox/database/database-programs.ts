import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Program, ProgramContext, Programs } from '../containers/program.ts';
import { clientArguments } from './client-arguments.ts';
import type { Database } from './database.ts';
import { giveTo } from './machine-user.ts';

const NAMES = ['psql', 'pg_dump', 'pg_restore', 'createdb', 'dropdb', 'pg_isready'];

/** The clients that the postgres image has, run for real on this machine against the sandbox's server. */
export function databasePrograms(database: Database, volumes: readonly string[]): Programs {
  return Object.fromEntries(NAMES.map((name) => [name, clientProgram(database, volumes)]));
}

function clientProgram(database: Database, volumes: readonly string[]): Program {
  return async (context) => {
    // What other programs of the container have written there belongs to whoever runs the sandbox.
    for (const volume of volumes) giveTo(volume, database.user);
    const [name = '', ...args] = context.argv;
    const program = basename(name);
    const { server, folder } = database;
    const where = { files: context.files, port: server.port, socketFolder: folder.sockets };
    const child = spawn(join(database.programs.folder, program), [...clientArguments(program, args, where)], {
      ...database.user,
      cwd: context.files.real(context.cwd),
      env: environment(context, database),
      stdio: ['pipe', 'pipe', 'pipe'],
      signal: context.signal,
      killSignal: 'SIGKILL',
    });
    return conduct(child, context, (said) =>
      said.includes(folder.path) || said.includes(String(server.port))
        ? inContainer(String(said), context, database)
        : said,
    );
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

async function conduct(
  child: ChildProcess,
  context: ProgramContext,
  translate: <T extends string | Buffer>(said: T) => T | string,
): Promise<number> {
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new Error('A program without streams');
  const input = Readable.from(context.stdin);
  // A program may end before it has read everything.
  const fed = pipeline(input, stdin).catch(() => undefined);
  stdout.on('data', (chunk: Buffer) => context.stdout(translate(chunk)));
  const told = forwardLines(stderr, (line) => context.stderr(translate(line)));
  const ended = new Promise<number>((resolve) => {
    // Killed, or not started at all.
    child.once('error', (error) => {
      if (child.pid !== undefined) return;
      context.stderr(`${error.message}\n`);
      resolve(126);
    });
    child.once('close', (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
  const code = await ended;
  await told;
  input.destroy();
  await fed;
  return code;
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

/** Messages name the container's files and address. */
function inContainer(text: string, { files }: ProgramContext, { server, folder }: Database): string {
  const port = String(server.port);
  const addressed = text
    .replaceAll(`${folder.sockets}/.s.PGSQL.${port}`, '/var/run/postgresql/.s.PGSQL.5432')
    .replaceAll(folder.sockets, '/var/run/postgresql')
    .replaceAll(`port ${port}`, 'port 5432');
  return files.virtual(addressed);
}
