import type { ContainerFiles } from '../containers/program.ts';

/** What the database's programs are told where they run, in place of what the caller in the container says. */
export interface Whereabouts {
  readonly files: ContainerFiles;
  /** Of the server on this machine; in the container it is 5432. */
  readonly port: number;
  readonly socketFolder: string;
}

/** Options that name a file, by program: short, long. */
const FILE_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  psql: ['-f', '--file', '-o', '--output', '-L', '--log-file'],
  pg_dump: ['-f', '--file'],
  pg_restore: ['-f', '--file', '-L', '--use-list'],
};
/** Short options with a value of their own, which is no file. */
const VALUE_OPTIONS: Readonly<Record<string, string>> = {
  psql: 'cdvFPRTUhp',
  pg_dump: 'EFjnNStTUZdhpe',
  pg_restore: 'dFhjInpPStTUN',
  createdb: 'DElOSThpU',
  dropdb: 'hpU',
  pg_isready: 'dhptU',
};

const PORT = '5432';
const SOCKETS = ['/var/run/postgresql', '/run/postgresql'];
/** Names of the server's own host, and of its Service. */
const OWN_HOSTS = ['localhost', '127.0.0.1', '::1', 'postgres', 'postgres-service'];

/** The arguments for the real program: files of the container and the container's address become this machine's. */
export function clientArguments(
  program: string,
  args: readonly string[],
  where: Whereabouts,
): readonly string[] {
  const files = FILE_OPTIONS[program] ?? [];
  const taking = VALUE_OPTIONS[program] ?? '';
  const mapped: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    const [option, value, separate] = optionOf(arg, args[index + 1], files, taking);
    if (option === undefined) {
      mapped.push(
        program === 'pg_restore' && !arg.startsWith('-') ? fileOf(arg, where) : withOwnAddress(arg, where),
      );
      continue;
    }
    const told = valueFor(program, option, value, files, where);
    if (separate) {
      mapped.push(option, told);
      index += 1;
    } else mapped.push(option.startsWith('--') ? `${option}=${told}` : `${option}${told}`);
  }
  return mapped;
}

type Option = readonly [option: string, value: string, separate: boolean] | readonly [undefined];

const LONG_VALUES = ['--host', '--port', '--command', '--dbname'];

function optionOf(arg: string, next: string | undefined, files: readonly string[], taking: string): Option {
  const long = /^(--[a-z-]+)=(.*)$/s.exec(arg);
  if (long) return [long[1] ?? '', long[2] ?? '', false];
  if (arg.startsWith('--'))
    return next !== undefined && (files.includes(arg) || LONG_VALUES.includes(arg))
      ? [arg, next, true]
      : [undefined];
  if (!/^-[A-Za-z]/.test(arg)) return [undefined];
  // Flags may stand before an option with a value: -qXf FILE.
  for (let place = 1; place < arg.length; place += 1) {
    const letter = arg[place] ?? '';
    if (!files.includes(`-${letter}`) && !taking.includes(letter) && letter !== 'h' && letter !== 'p')
      continue;
    const rest = arg.slice(place + 1);
    if (rest !== '') return [arg.slice(0, place + 1), rest, false];
    return next === undefined ? [undefined] : [arg, next, true];
  }
  return [undefined];
}

function valueFor(
  program: string,
  option: string,
  value: string,
  files: readonly string[],
  where: Whereabouts,
): string {
  const short = option.startsWith('--') ? option : `-${option.at(-1)}`;
  if (short === '-p' || option === '--port') return portOf(value, where);
  if (short === '-h' || option === '--host') return hostOf(value, where);
  if (files.includes(short)) return value === '-' ? value : fileOf(value, where);
  if (program === 'psql' && (short === '-c' || option === '--command')) return withOwnFiles(value, where);
  return withOwnAddress(value, where);
}

function portOf(value: string, { port }: Whereabouts): string {
  return value === PORT ? String(port) : value;
}

function hostOf(value: string, { socketFolder }: Whereabouts): string {
  if (SOCKETS.includes(value)) return socketFolder;
  return OWN_HOSTS.includes(value) ? '127.0.0.1' : value;
}

function fileOf(value: string, { files }: Whereabouts): string {
  // /dev/null is the same everywhere.
  return value.startsWith('/') && value !== '/dev/null' ? files.real(value) : value;
}

/** In a connection string or URI. */
function withOwnAddress(text: string, where: Whereabouts): string {
  if (/^postgres(ql)?:\/\//.test(text))
    return text.replace(
      /^(postgres(?:ql)?:\/\/(?:[^@/]*@)?)([^:/?]+)(?::(\d+))?/,
      (_all, head, host, port) => `${head}${hostOf(host, where)}:${portOf(port ?? PORT, where)}`,
    );
  if (!/^\s*\w+\s*=/.test(text) || !/\b(host|port)\s*=/.test(text)) return text;
  return text
    .replace(/\bhost\s*=\s*([^\s']+)/, (_all, host) => `host=${hostOf(host, where)}`)
    .replace(/\bport\s*=\s*(\d+)/, (_all, port) => `port=${portOf(port, where)}`);
}

/** A command of psql's own that names a file: \i, \copy, \o. */
function withOwnFiles(command: string, { files }: Whereabouts): string {
  if (!command.startsWith('\\')) return command;
  return command.replace(/(?<=[\s'])\/[^\s']+/g, (path) => files.real(path));
}
