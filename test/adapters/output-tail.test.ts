import fc from 'fast-check';
import { expect, it } from 'vitest';
import { OutputTail } from '../../src/adapters/output-tail.ts';

it('keeps exactly the last bytes, however they came', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme-ascii', maxLength: 30 })),
      fc.integer({ min: 1, max: 40 }),
      (chunks, capacity) => {
        const tail = new OutputTail(capacity);
        for (const chunk of chunks) tail.push(Buffer.from(chunk));
        const all = chunks.join('');
        expect(tail.text()).toBe(all.slice(-capacity));
        expect(tail.bytes).toBe(all.length);
      },
    ),
  );
});

it('begins with a whole character', () => {
  const tail = new OutputTail(5);
  tail.push(Buffer.from('📦📦'));
  expect(tail.text()).toBe('📦');
});
