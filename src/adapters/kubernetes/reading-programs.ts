import { DUMP_SCAN } from '../../ports/dump-scan.ts';

/**
 * Whether a program in a container only reads. Each is known by its arguments, to the last one: a client that must
 * not change anything runs no other.
 */
export function isReadingProgram(argv: readonly string[]): boolean {
  const [program = '', ...args] = argv;
  if (PYTHON.test(program)) return isReadingManage(args);
  return READERS[program]?.(args) ?? false;
}

type Check = (args: readonly string[]) => boolean;

const PYTHON = /^(?:\/[\w./-]+\/)?python[\d.]*$/;
/** Absolute, so that none of them can be taken for an option. */
const PATH = /^\/[^\0]*$/;
const WORD = /^\w+$/;

/** One pattern for each argument, in their order. */
const exactly =
  (...patterns: readonly (RegExp | string)[]): Check =>
  (args) =>
    args.length === patterns.length &&
    patterns.every((pattern, place) => {
      const arg = args[place] ?? '';
      return typeof pattern === 'string' ? arg === pattern : pattern.test(arg);
    });

const oneOf =
  (...checks: readonly Check[]): Check =>
  (args) =>
    checks.some((check) => check(args));

const COUNT = /^\d+$/;
const SAYS_VERSION = exactly('--version');

const READERS: Readonly<Record<string, Check>> = {
  ls: oneOf(exactly(PATH), exactly(/^-[1AalnFhtrs]+$/, PATH)),
  find: exactly('-L', PATH, '-maxdepth', '1', '-type', 'f', '-print0'),
  stat: oneOf(exactly('-c', /^[^\0]*$/, PATH), exactly('-L', '-c', /^[^\0]*$/, PATH)),
  sha256sum: exactly(PATH),
  df: exactly('-Pk', PATH),
  head: exactly('-c', COUNT, PATH),
  tail: exactly('-c', COUNT, PATH),
  awk: exactly(DUMP_SCAN, PATH),
  psql: oneOf(SAYS_VERSION, isReadingPsql),
  pg_dump: SAYS_VERSION,
  pg_restore: oneOf(
    SAYS_VERSION,
    exactly(/^(?:-l|--list)$/, PATH),
    exactly('-f', /^(?:-|\/dev\/null)$/, PATH),
    exactly('-f', '-', '-a', '-t', WORD, PATH),
  ),
};

const PSQL_FLAGS: ReadonlySet<string> = new Set(['-X', '-q', '-w', '-A', '-t']);

/** One SELECT, without the start-up file, in a transaction that the server itself holds to reading. */
function isReadingPsql(args: readonly string[]): boolean {
  const seen = { startup: true, database: 0, command: 0 };
  for (let at = 0; at < args.length; at += 1) {
    const flag = args[at] ?? '';
    const value = args[at + 1] ?? '';
    if (PSQL_FLAGS.has(flag)) {
      if (flag === '-X') seen.startup = false;
      continue;
    }
    at += 1;
    if (flag === '-v' && value === 'ON_ERROR_STOP=1') continue;
    if (flag === '-d' && isReadOnlyConnection(value)) seen.database += 1;
    else if (flag === '-c' && isReadingStatement(value)) seen.command += 1;
    else return false;
  }
  return !seen.startup && seen.database === 1 && seen.command === 1;
}

/** libpq's `key=value key='v\'alue'`: the last one of a key wins, so there may be only one of `options`. */
function isReadOnlyConnection(conninfo: string): boolean {
  const parameters = [...conninfo.matchAll(/\s*(\w+)=('(?:[^'\\]|\\.)*'|[^\s'\\]*)(?=\s|$)/gs)];
  const read = parameters.map(([text]) => text).join('');
  const options = parameters.filter(([, key]) => key === 'options');
  // a name that is no plain key=value would be taken for a database, or for an address
  if (read.length !== conninfo.length || parameters.some(([, key]) => key === 'service')) return false;
  const [only] = options;
  return (
    options.length === 1 &&
    /^'-c default_transaction_read_only=on(?: -c \w+_timeout=\d+)*'$/.test(only?.[2] ?? '')
  );
}

/** What acts although its transaction only reads. */
const ACTS =
  /\b(?:pg_(?:terminate|cancel)_backend|pg_reload_conf|pg_rotate_logfile|pg_promote|pg_switch_wal|pg_create_\w+|pg_drop_\w+|pg_replication_\w+|pg_logical_\w+|pg_wal_replay_\w+|pg_backup_\w+|pg_start_backup|pg_stop_backup|pg_file_\w+|pg_(?:try_)?advisory\w*|pg_stat_reset\w*|pg_notify|pg_sleep\w*|lo_\w+|dblink\w*|set_config|query_to_xml\w*|nextval|setval|txid_current|pg_current_xact_id)\b/i;

/** One statement that begins as those do that read, with nothing behind it. */
function isReadingStatement(sql: string): boolean {
  const bare = withoutQuotes(sql);
  return (
    bare !== undefined &&
    /^\s*(?:select|with|show|table|values)\b/i.test(bare) &&
    !/[;\\$]|--|\/\*|\bU&/i.test(bare) &&
    !/\b(?:insert|update|delete|merge|truncate|copy|into|do|call|execute|prepare|lock|for\s+(?:no\s+key\s+)?(?:update|share))\b/i.test(
      bare,
    ) &&
    !ACTS.test(withoutLiterals(sql))
  );
}

const QUOTED = /\bE'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"/gis;

/** Literals and quoted names taken out; undefined where a quote stays open, or a plain literal has a backslash. */
function withoutQuotes(sql: string): string | undefined {
  let strange = false;
  const bare = sql.replace(QUOTED, (quoted) => {
    if (quoted.startsWith("'") && quoted.includes('\\')) strange = true;
    return ' q ';
  });
  return strange || /['"]/.test(bare) ? undefined : bare;
}

/** A function may be called by its quoted name, too. */
function withoutLiterals(sql: string): string {
  return sql.replace(QUOTED, (quoted) => (quoted.startsWith('"') ? quoted : ' q '));
}

const READING_COMMANDS: Readonly<Record<string, Check>> = {
  showmigrations: (args) => args.every((arg) => /^(?:--plan|--list|-p|-l|\w+)$/.test(arg)),
  sqlmigrate: oneOf(exactly(WORD, WORD), exactly(WORD, WORD, '--backwards')),
  migrate: oneOf(exactly('--plan'), exactly(WORD, '--plan'), exactly(WORD, WORD, '--plan')),
  check: exactly(),
};

/** manage.py without settings or paths of its own. */
function isReadingManage([manage = '', command = '', ...args]: readonly string[]): boolean {
  return (
    /^[\w./-]*manage\.py$/.test(manage) &&
    !manage.startsWith('-') &&
    (READING_COMMANDS[command]?.(args) ?? false)
  );
}
