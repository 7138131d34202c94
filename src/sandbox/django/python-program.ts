import { posix } from 'node:path';
import type { Program, ProgramContext } from '../containers/program.ts';
import type { RunSql } from '../database/connection.ts';
import { parseArguments, unknownCommand } from './arguments.ts';
import { CommandEnd, databaseError } from './command-error.ts';
import { type Django, readApplied } from './django.ts';
import type { MigrationGraph } from './graph.ts';
import { migrate } from './migrate-command.ts';
import { showMigrations, sqlMigrate } from './reading-commands.ts';

const PYTHON = 'Python 3.11.2\n';
const DJANGO = '3.2.25\n';
/** 128 and the number of SIGKILL. */
const KILLED = 137;
const MANAGE = '/app/manage.py';

/** `python` of the application's image: it knows manage.py, and no other script. */
export function pythonProgram(django: Django, graph: MigrationGraph): Program {
  return async (context) => {
    const [, script, ...args] = context.argv;
    try {
      if (script === '--version' || script === '-V') context.stdout(PYTHON);
      else if (script === undefined || script.startsWith('-'))
        throw new CommandEnd('python: this sandbox runs manage.py alone\n', 1);
      else if (posix.resolve(context.cwd, script) !== MANAGE)
        throw new CommandEnd(
          `python: can't open file '${posix.resolve(context.cwd, script)}': [Errno 2] No such file or directory\n`,
          2,
        );
      else await manage(context, django, graph, args);
      return 0;
    } catch (error) {
      if (context.signal.aborted) return KILLED;
      const end = databaseError(error);
      context.stderr(end.message);
      return end.exitCode;
    }
  };
}

async function manage(
  context: ProgramContext,
  django: Django,
  graph: MigrationGraph,
  [command = 'help', ...args]: readonly string[],
): Promise<void> {
  const stdout = (text: string) => context.stdout(text);
  if (command === '--version' || command === 'version') return stdout(DJANGO);
  if (command === 'help' || command === '--help') return stdout(HELP);
  const given = parseArguments(command, args);
  switch (command) {
    case 'check':
      return stdout('System check identified no issues (0 silenced).\n');
    case 'sqlmigrate': {
      const { stdout: sql, stderr } = sqlMigrate(graph, given);
      context.stderr(stderr);
      return stdout(sql);
    }
    case 'showmigrations':
      return connected(context, django, async (run) =>
        stdout(showMigrations(graph, await readApplied(run), given)),
      );
    case 'migrate':
      return connected(context, django, (run) => migrate({ django, graph, run, stdout }, given));
    default:
      throw unknownCommand(command);
  }
}

const HELP = `
Type 'manage.py help <subcommand>' for help on a specific subcommand.

Available subcommands:

[django]
    check
    migrate
    showmigrations
    sqlmigrate
`;

/** A session as Django opens it: the container's environment says to which database, and what libpq makes of it. */
async function connected(
  { env, signal }: ProgramContext,
  { database }: Django,
  work: (run: RunSql) => Promise<void>,
): Promise<void> {
  signal.throwIfAborted();
  const connection = database.open({
    application: env.PGAPPNAME ?? '',
    ...(env.DB_NAME === undefined ? {} : { database: env.DB_NAME }),
    ...(env.DB_USER === undefined ? {} : { user: env.DB_USER }),
  });
  // A container that is stopped takes its sessions with it: the server rolls back what they had begun.
  const cut = () => void connection.close().catch(() => undefined);
  signal.addEventListener('abort', cut, { once: true });
  try {
    for (const [name, value] of sessionOptions(env.PGOPTIONS ?? ''))
      await connection.run('SELECT set_config($1, $2, false)', [name, value]);
    await work(connection.run);
  } finally {
    signal.removeEventListener('abort', cut);
    await connection.close().catch(() => undefined);
  }
}

/** `-c lock_timeout=15000` → [['lock_timeout', '15000']] */
function sessionOptions(text: string): readonly (readonly [string, string])[] {
  return [...text.matchAll(/-c\s*([\w.]+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]);
}
