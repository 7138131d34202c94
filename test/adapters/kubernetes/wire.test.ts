import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineDecoder } from '../../../src/adapters/kubernetes/line-decoder.ts';
import { itemsOf } from '../../../src/adapters/kubernetes/list-items.ts';

function split(text: string): { readonly items: unknown[]; readonly envelope: unknown } {
  const found: unknown[] = [];
  const items = itemsOf(Buffer.from(text));
  let next = items.next();
  for (; !next.done; next = items.next()) found.push(JSON.parse(next.value.toString('utf8')));
  return { items: found, envelope: JSON.parse(next.value) };
}

describe('itemsOf', () => {
  const item = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()));
  const list = fc.record({
    kind: fc.string(),
    items: fc.array(item),
    metadata: fc.dictionary(fc.string(), fc.jsonValue()),
  });

  it.each([undefined, 1])('cuts any list as parsing it whole would, indented by %s', (indent) => {
    fc.assert(
      fc.property(list, (whole) => {
        const { items, envelope } = split(JSON.stringify(whole, undefined, indent));
        const parsed = JSON.parse(JSON.stringify(whole)) as typeof whole;
        expect(items).toEqual(parsed.items);
        expect(envelope).toEqual({ ...parsed, items: [] });
      }),
    );
  });

  it('is not led astray by braces, quotes and keys inside strings', () => {
    const tricky = {
      metadata: { items: [{ no: 1 }], note: '"items":[{' },
      kind: 'items',
      items: [{ a: '}]\\"{[' }],
      after: ['items'],
    };
    expect(split(JSON.stringify(tricky)).items).toEqual(tricky.items);
  });

  it('leaves alone what is no list', () => {
    expect(split('{"kind":"Status","items":null}')).toEqual({
      items: [],
      envelope: { kind: 'Status', items: null },
    });
  });
});

describe('line decoder', () => {
  it('gives the same lines however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.array(fc.nat({ max: 9 })), (given, cuts) => {
        const lines = given.map((each) => each.replaceAll('\n', ' '));
        const bytes = Buffer.from(lines.map((each) => `${each}\n`).join(''));
        const decode = createLineDecoder();
        const found: string[] = [];
        let at = 0;
        for (const cut of [...cuts, bytes.length]) {
          found.push(...decode(bytes.subarray(at, at + cut)));
          at += cut;
        }
        expect(found).toEqual(lines.filter((each) => each.trim() !== ''));
      }),
    );
  });

  it('does not hoard a line without end', () => {
    const decode = createLineDecoder(10);
    expect(() => [...decode(Buffer.from('12345678901'))]).toThrow('larger than 10 bytes');
  });
});
