import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  conninfo,
  nameWithSuffix,
  parseQualifiedName,
  sqlIdentifier,
  sqlLiteral,
} from '../../../src/steps/postgres/quoting.ts';

const anyText = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0') && text.isWellFormed());
const anyName = anyText.filter((text) => text !== '');

/** As libpq reads a quoted value: a backslash keeps the next character. */
function readConninfo(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name = '', quoted, plain] of text.matchAll(
    /(\w+)=(?:'((?:[^'\\]|\\[\s\S])*)'|([^\s']+))(?: |$)/g,
  ))
    found[name] = plain ?? quoted?.replaceAll(/\\([\s\S])/g, '$1') ?? '';
  return found;
}

describe('names in SQL', () => {
  it.each([
    ['banking_db', '"banking_db"'],
    ['two words', '"two words"'],
    ['say "hi"', '"say ""hi"""'],
    ["it's", `"it's"`],
    ['$(touch /tmp/x)', '"$(touch /tmp/x)"'],
    ['line\nbreak; DROP', '"line\nbreak; DROP"'],
  ])('%j is %s', (name, quoted) => {
    expect(sqlIdentifier(name)).toBe(quoted);
  });

  it('are read back as they were', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        expect(parseQualifiedName(sqlIdentifier(name))).toEqual([name]);
      }),
    );
  });

  it.each(['', 'a\0b'])('%j is refused', (name) => {
    expect(() => sqlIdentifier(name)).toThrow(RangeError);
  });
});

describe('texts in SQL', () => {
  it.each([
    ["it's", "'it''s'"],
    ["'; DROP DATABASE x; --", "'''; DROP DATABASE x; --'"],
    ['back\\slash', " E'back\\\\slash'"],
    ["\\'", " E'\\\\'''"],
  ])('%j is %s', (text, quoted) => {
    expect(sqlLiteral(text)).toBe(quoted);
  });

  it('never end before their end', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const literal = sqlLiteral(text);
        const inner = /^(?: E)?'([\s\S]*)'$/.exec(literal)?.[1] ?? '';
        expect(inner.replaceAll("''", '').includes("'")).toBe(false);
        if (text.includes('\\')) expect(inner.replaceAll('\\\\', '')).not.toContain('\\');
      }),
    );
  });
});

describe('parameters of a connection', () => {
  it('stay plain where they can', () => {
    expect(conninfo({ dbname: 'banking_db', user: 'postgres' })).toBe('dbname=banking_db user=postgres');
  });

  it('are read back as they were', () => {
    fc.assert(
      fc.property(anyText, anyText, (dbname, user) => {
        expect(readConninfo(conninfo({ dbname, user }))).toEqual({ dbname, user });
      }),
    );
  });
});

describe('a name with a suffix', () => {
  it('keeps the suffix whole and fits into 63 bytes', () => {
    fc.assert(
      fc.property(anyName, (base) => {
        const name = nameWithSuffix(base, '_restore_20261122_042100');
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
        expect(name.endsWith('_restore_20261122_042100')).toBe(true);
      }),
    );
  });
});
