import { expect, test } from 'vitest';
import type { Desk } from '../../src/engine/desk.ts';
import type { Draft } from '../../src/engine/event.ts';
import { outputCollector } from '../../src/engine/output.ts';
import { createRedactor } from '../../src/journal/redact.ts';
import { sealOutput } from '../../src/journal/seal.ts';
import { FakeClock } from '../fakes/fake-clock.ts';

test('a secret that comes in two pieces reaches neither the journal nor a screen', async () => {
  const clock = new FakeClock();
  const shown: string[] = [];
  const journalled: Draft[] = [];
  const desk = {
    options: {
      clock,
      onOutput: (_: string, text: string) => shown.push(text),
      outputFilter: () => sealOutput(createRedactor(['correct-horse'])),
    },
    append: (...drafts: Draft[]) => journalled.push(...drafts),
  } as unknown as Desk;
  const output = outputCollector(desk, 'backup');
  output.emit('password: corr');
  await clock.advance(2_000);
  output.emit('ect-horse\u001b[2J\ndone, corr');
  output.close();
  expect(shown.join('')).toBe('password: •••\ndone, corr');
  const texts = journalled.map((draft) => (draft.type === 'step-output' ? draft.text : ''));
  expect(texts.join('')).toBe('password: •••\ndone, corr');
  expect(journalled.length).toBeGreaterThan(0);
});
