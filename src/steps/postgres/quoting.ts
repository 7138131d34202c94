/** PostgreSQL cuts longer names off, silently. */
const NAME_BYTES = 63;

/** `"it""s"`: a name as SQL reads it back, whatever it holds. Throws a RangeError for what no name can hold. */
export function sqlIdentifier(name: string): string {
  refuseNul(name);
  if (name === '') throw new RangeError('an SQL name cannot be empty');
  return `"${name.replaceAll('"', '""')}"`;
}

/** `'it''s'`: a text as SQL reads it back, whatever `standard_conforming_strings` says. */
export function sqlLiteral(text: string): string {
  refuseNul(text);
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return text.includes('\\') ? ` E${quoted}` : quoted;
}

/** Values of a connection that libpq reads as they are. */
const PLAIN = /^[A-Za-z0-9_.,:/-]+$/;

/** `dbname='it\'s' user=postgres`: parameters of a connection as libpq reads them back. */
export function conninfo(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => {
      refuseNul(value);
      const quoted = `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
      return `${name}=${PLAIN.test(value) ? value : quoted}`;
    })
    .join(' ');
}

/** `base` and `suffix`, the base shortened so that PostgreSQL keeps the whole name. */
export function nameWithSuffix(base: string, suffix: string): string {
  let kept = base;
  while (Buffer.byteLength(kept + suffix) > NAME_BYTES) kept = [...kept].slice(0, -1).join('');
  return kept + suffix;
}

/** 'public."my table"' as ['public', 'my table']; undefined when it is no such name. */
export function parseQualifiedName(text: string): readonly string[] | undefined {
  const parts: string[] = [];
  let rest = text;
  for (;;) {
    const match = /^(?:"((?:[^"]|"")*)"|([^\s".(]+))(\.|$)/.exec(rest);
    if (match === null) return undefined;
    parts.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    rest = rest.slice(match[0].length);
    if (match[3] === '') return parts;
  }
}

function refuseNul(text: string): void {
  if (text.includes('\0')) throw new RangeError('a value for PostgreSQL holds a NUL character');
}
