import fc from 'fast-check';
import type { Draft } from '../../src/engine/event.ts';

/** Text of every kind that a cluster may say, line ends and control characters included. */
const anyText = fc.string({ unit: 'binary', maxLength: 40 });

export const anyDraft: fc.Arbitrary<Draft> = fc.oneof(
  fc.record({ type: fc.constant('note-added' as const), text: anyText }),
  fc.record({
    type: fc.constant('step-answered' as const),
    step: fc.constantFrom('a', 'b', 'c[0]'),
    value: fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<string>,
    by: fc.constant('operator' as const),
  }),
  fc.record({
    type: fc.constant('threshold-crossed' as const),
    figure: anyText,
    source: fc.constantFrom('prometheus' as const, 'elasticsearch' as const),
    value: fc.integer(),
    unit: fc.constant('percent' as const),
    limit: fc.integer(),
    side: fc.constant('above' as const),
  }),
  fc.record({
    type: fc.constant('step-output' as const),
    step: fc.constant('a'),
    text: anyText,
    bytes: fc.nat(),
  }),
);
