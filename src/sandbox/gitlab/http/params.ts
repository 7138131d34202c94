import { invalidParameter } from './problem.ts';

const YES = ['true', '1', 't', 'yes', 'on'];

/** The parameters of a request, from its query and its body alike, the body's winning. */
export class Params {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  /** The same, some set anew. */
  with(values: Readonly<Record<string, unknown>>): Params {
    return new Params({ ...this.#values, ...values });
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'object') throw invalidParameter(`${name} is invalid`);
    return String(value);
  }

  /** Throws a 400 that names what is missing. */
  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw invalidParameter(`${name} is missing`);
    if (value === '') throw invalidParameter(`${name} is empty`);
    return value;
  }

  flag(name: string): boolean | undefined {
    const value = this.#values[name];
    if (value === undefined || value === null) return undefined;
    return typeof value === 'boolean' ? value : YES.includes(String(value).toLowerCase());
  }

  integer(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined || text === '') return undefined;
    if (!/^-?\d+$/.test(text)) throw invalidParameter(`${name} is invalid`);
    return Number(text);
  }

  /** A list, or one text with commas. */
  list(name: string): readonly string[] | undefined {
    const value = this.#values[name];
    if (value === undefined || value === null) return undefined;
    const items = Array.isArray(value) ? value.map(String) : String(value).split(',');
    return items.map((item) => item.trim()).filter((item) => item !== '');
  }

  /** An object under each index, as a JSON body has them. */
  objects(name: string): readonly Params[] {
    const value = this.#values[name];
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw invalidParameter(`${name} is invalid`);
    return value.map((item) => new Params(item as Record<string, unknown>));
  }

  /** Milliseconds since the epoch. */
  time(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined || text === '') return undefined;
    const time = Date.parse(text);
    if (Number.isNaN(time)) throw invalidParameter(`${name} is invalid`);
    return time;
  }
}

/** `labels[]=a&labels[]=b` is the list `labels`. */
function fromEntries(entries: Iterable<[string, unknown]>): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [key, value] of entries) {
    if (!key.endsWith('[]')) values[key] = value;
    else {
      const name = key.slice(0, -2);
      const list = values[name];
      values[name] = Array.isArray(list) ? [...list, value] : [value];
    }
  }
  return values;
}

async function readBody(request: Request): Promise<Record<string, unknown>> {
  if (request.method === 'GET' || request.method === 'HEAD') return {};
  const type = request.headers.get('content-type') ?? '';
  if (/^(application\/x-www-form-urlencoded|multipart\/form-data)/.test(type))
    return fromEntries((await request.formData()).entries());
  const text = await request.text();
  if (text === '') return {};
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && !Array.isArray(body))
      return body as Record<string, unknown>;
  } catch {
    // Told below, as for any other body that is no object.
  }
  throw invalidParameter('Problem processing request: the body is not a JSON object');
}

export async function readParams(request: Request): Promise<Params> {
  const query = fromEntries(new URL(request.url).searchParams.entries());
  return new Params({ ...query, ...(await readBody(request)) });
}
