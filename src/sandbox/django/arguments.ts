import { CommandEnd } from './command-error.ts';

export interface ManageArguments {
  readonly flags: ReadonlySet<string>;
  readonly positionals: readonly string[];
  /** 0 to 3. */
  readonly verbosity: number;
}

const COMMON = ['--no-color', '--force-color', '--traceback', '--skip-checks'];
const COMMON_VALUES = ['--settings', '--pythonpath', '--database', '-v', '--verbosity'];

const COMMON_USAGE =
  '[--version] [-v {0,1,2,3}] [--settings SETTINGS] [--pythonpath PYTHONPATH] [--traceback] [--no-color] [--force-color] [--skip-checks]';

interface Grammar {
  readonly flags: readonly string[];
  readonly required: readonly string[];
  /** How many positionals there may be besides. */
  readonly optional: number;
  readonly usage: string;
}

const GRAMMARS: Readonly<Record<string, Grammar>> = {
  showmigrations: {
    flags: ['--list', '-l', '--plan', '-p'],
    required: [],
    optional: Number.POSITIVE_INFINITY,
    usage: `[-h] [--database DATABASE] [--list | --plan] ${COMMON_USAGE} [app_label ...]`,
  },
  migrate: {
    flags: ['--noinput', '--no-input', '--fake', '--fake-initial', '--plan', '--check'],
    required: [],
    optional: 2,
    usage: `[-h] [--noinput] [--database DATABASE] [--fake] [--fake-initial] [--plan] [--run-syncdb] [--check] ${COMMON_USAGE} [app_label] [migration_name]`,
  },
  sqlmigrate: {
    flags: ['--backwards'],
    required: ['app_label', 'migration_name'],
    optional: 0,
    usage: `[-h] [--database DATABASE] [--backwards] ${COMMON_USAGE} app_label migration_name`,
  },
  check: {
    flags: ['--deploy', '--list-tags'],
    required: [],
    optional: Number.POSITIVE_INFINITY,
    usage: `[-h] [--tag TAGS] [--list-tags] [--deploy] [--fail-level {CRITICAL,ERROR,WARNING,INFO,DEBUG}] [--database DATABASES] ${COMMON_USAGE} [app_label ...]`,
  },
};

/** Reads the arguments of a command as its argparse does; throws its usage message. */
export function parseArguments(command: string, args: readonly string[]): ManageArguments {
  const grammar = GRAMMARS[command];
  if (grammar === undefined) throw unknownCommand(command);
  const flags = new Set<string>();
  const positionals: string[] = [];
  const unknown: string[] = [];
  let verbosity = 1;
  const left = [...args];
  for (let arg = left.shift(); arg !== undefined; arg = left.shift()) {
    const [name = '', value] = splitOption(arg);
    if (COMMON_VALUES.includes(name)) {
      const given = value ?? left.shift() ?? '';
      if (name === '-v' || name === '--verbosity') verbosity = Number(given);
    } else if (grammar.flags.includes(arg) || COMMON.includes(arg)) flags.add(arg);
    else if (arg.startsWith('-')) unknown.push(arg);
    else if (positionals.length < grammar.required.length + grammar.optional) positionals.push(arg);
    else unknown.push(arg);
  }
  const missing = grammar.required.slice(positionals.length);
  if (missing.length > 0)
    throw usage(command, grammar, `the following arguments are required: ${missing.join(', ')}`);
  if (unknown.length > 0) throw usage(command, grammar, `unrecognized arguments: ${unknown.join(' ')}`);
  return { flags, positionals, verbosity };
}

function splitOption(arg: string): readonly [string, string?] {
  const short = /^-v(\d)$/.exec(arg);
  if (short?.[1] !== undefined) return ['-v', short[1]];
  const at = arg.startsWith('--') ? arg.indexOf('=') : -1;
  return at === -1 ? [arg] : [arg.slice(0, at), arg.slice(at + 1)];
}

export function unknownCommand(command: string): CommandEnd {
  return new CommandEnd(`Unknown command: '${command}'\nType 'manage.py help' for usage.\n`, 1);
}

const WIDTH = 78;

function usage(command: string, grammar: Grammar, problem: string): CommandEnd {
  const begin = `usage: manage.py ${command} `;
  const lines: string[] = [];
  let line = begin;
  for (const part of grammar.usage.match(/\[[^\]]*\]|\S+/g) ?? []) {
    const glue = line.endsWith(' ') ? '' : ' ';
    if ((line + glue + part).length > WIDTH) {
      lines.push(line);
      line = ' '.repeat(begin.length) + part;
    } else line += glue + part;
  }
  return new CommandEnd([...lines, line, `manage.py ${command}: error: ${problem}`, ''].join('\n'), 2);
}
