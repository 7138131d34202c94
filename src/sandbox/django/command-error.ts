/** Ends a command of manage.py: what it prints on stderr, and its exit code. */
export class CommandEnd extends Error {
  readonly exitCode: number;

  constructor(stderr: string, exitCode: number) {
    super(stderr);
    this.name = 'CommandEnd';
    this.exitCode = exitCode;
  }
}

export function commandError(message: string): CommandEnd {
  return new CommandEnd(`CommandError: ${message}\n`, 1);
}

const SCRIPT = [
  'Traceback (most recent call last):',
  '  File "/app/manage.py", line 8, in <module>',
  '    execute_from_command_line(sys.argv)',
].join('\n');

/** An exception that nobody caught: the first and the last lines of Python's traceback. */
export function uncaught(exception: string, message: string, cause?: string): CommandEnd {
  const told = `${SCRIPT}\n${exception}: ${message}\n`;
  const first =
    cause === undefined
      ? ''
      : `Traceback (most recent call last):\n  File "/usr/lib/python3/dist-packages/django/db/backends/utils.py", line 84, in _execute\n    return self.cursor.execute(sql, params)\n           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n${cause}: ${message}\n\n\nThe above exception was the direct cause of the following exception:\n\n`;
  return new CommandEnd(first + told, 1);
}

/** SQLSTATE → the exceptions of psycopg2 and of Django. */
const CLASSES: Readonly<Record<string, readonly [driver: string, django: string]>> = {
  '55P03': ['LockNotAvailable', 'OperationalError'],
  '40P01': ['DeadlockDetected', 'OperationalError'],
  '57014': ['QueryCanceled', 'OperationalError'],
  '57P01': ['AdminShutdown', 'OperationalError'],
  '42P01': ['UndefinedTable', 'ProgrammingError'],
  '42703': ['UndefinedColumn', 'ProgrammingError'],
  '42704': ['UndefinedObject', 'ProgrammingError'],
  '42P07': ['DuplicateTable', 'ProgrammingError'],
  '42701': ['DuplicateColumn', 'ProgrammingError'],
  '42501': ['InsufficientPrivilege', 'ProgrammingError'],
  '23503': ['ForeignKeyViolation', 'IntegrityError'],
  '23505': ['UniqueViolation', 'IntegrityError'],
  '22001': ['StringDataRightTruncation', 'DataError'],
  '3D000': ['OperationalError', 'OperationalError'],
};

/** What Django makes of an error of the server, or of having no connection to it. */
export function databaseError(error: unknown): CommandEnd {
  if (error instanceof CommandEnd) return error;
  const { code, message } = describe(error);
  const known = CLASSES[code];
  if (known === undefined)
    return uncaught('django.db.utils.OperationalError', message, 'psycopg2.OperationalError');
  return uncaught(`django.db.utils.${known[1]}`, message, `psycopg2.errors.${known[0]}`);
}

function describe(error: unknown): { readonly code: string; readonly message: string } {
  if (!(error instanceof Error)) return { code: '', message: String(error) };
  const code = 'code' in error ? String(error.code) : '';
  const away = code !== '' && !/^[0-9A-Z]{5}$/.test(code);
  return {
    code,
    message: away
      ? 'connection to server at "postgres", port 5432 failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?'
      : error.message,
  };
}
