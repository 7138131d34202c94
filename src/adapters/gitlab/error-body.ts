/** What GitLab tells about a failure, in whichever of its forms. */
export interface ErrorBody {
  /** All its words on one line; may be empty. */
  readonly said: string;
  /** 'conflict', 'empty'; of reverts and cherry-picks. */
  readonly errorCode: string | undefined;
  /** 'insufficient_scope', 'invalid_token'; of authentication. */
  readonly error: string | undefined;
  readonly description: string | undefined;
  /** What an insufficient token would need: 'api read_api'. */
  readonly scope: string | undefined;
}

const MOST = 400;

/** JSON with strings, lists or fields in `message`, text, or a proxy's page. */
export function errorBody(body: Buffer): ErrorBody {
  const text = body.subarray(0, 64 * 1024).toString('utf8');
  const fields = parsed(text);
  if (fields === undefined) {
    return {
      said: shortened(plain(text)),
      errorCode: undefined,
      error: undefined,
      description: undefined,
      scope: undefined,
    };
  }
  const { message, error, error_description: description, error_code: errorCode, scope } = fields;
  const words = [message, description ?? (message === undefined ? error : undefined)];
  return {
    said: shortened(
      words
        .map((each) => flattened(each))
        .filter((each) => each !== '')
        .join('; '),
    ),
    errorCode: word(errorCode),
    error: word(error),
    description: word(description),
    scope: word(scope),
  };
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'string') return { message: value };
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** `["a","b"]` → 'a; b', `{base: ["a"], title: ["b"]}` → 'a; title b' */
function flattened(value: unknown, depth = 0): string {
  if (value === undefined || value === null || depth > 4) return '';
  if (Array.isArray(value)) return value.map((each) => flattened(each, depth + 1)).join('; ');
  if (typeof value !== 'object') return String(value);
  return Object.entries(value)
    .map(([field, each]) => {
      const words = flattened(each, depth + 1);
      return field === 'base' || field === 'error' ? words : `${field} ${words}`;
    })
    .join('; ');
}

/** A page is worth a line, not its markup. */
function plain(text: string): string {
  return text.replace(/<(style|script|head)[\s\S]*?<\/\1>|<[^>]*>/g, ' ');
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > MOST ? `${line.slice(0, MOST)}…` : line;
}

function word(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
