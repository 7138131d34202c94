import { describe, expect, it } from 'vitest';
import type { Draft } from '../../src/engine/event.ts';
import { createRedactor } from '../../src/journal/redact.ts';
import { seal, sealOutput } from '../../src/journal/seal.ts';

const planned = (plan: object): Draft =>
  ({
    type: 'step-planned',
    step: 'a',
    attempt: 1,
    plan,
    risk: 'safe',
    effects: [],
    planHash: 'x',
  }) as unknown as Draft;

describe('seal', () => {
  it('takes control sequences out of every string and key, and keeps lines', () => {
    const draft = {
      type: 'step-answered',
      step: 'a',
      value: { 'k\u001b[2Jey': ['\u001b[31mred\u0007', 1, null] },
      by: 'operator',
    };
    expect(seal(draft as Draft, createRedactor())).toEqual({ ...draft, value: { key: ['red␇', 1, null] } });
    expect(seal({ type: 'note-added', text: 'one\n\ttwo\u001b]0;x\u0007' }, createRedactor())).toMatchObject({
      text: 'one\n\ttwo',
    });
  });

  it("keeps a plan's data to the letter, since an undo writes it back, but never a secret", () => {
    const sealed = seal(
      planned({ summary: '\u001b[1mbold', data: { before: { motd: '\u001b[1mhunter2\u200b' } } }),
      createRedactor(['hunter2']),
    );
    expect(sealed).toMatchObject({
      plan: { summary: 'bold', data: { before: { motd: '\u001b[1m•••\u200b' } } },
    });
  });

  it('finds a secret that hides behind a control sequence', () => {
    expect(seal({ type: 'note-added', text: 'hun\u001b[0mter2' }, createRedactor(['hunter2']))).toMatchObject(
      {
        text: '•••',
      },
    );
  });

  it('is not led astray by keys with a meaning in JavaScript', () => {
    const value = JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}');
    const sealed = seal({ type: 'step-answered', step: 'a', value, by: 'operator' }, createRedactor());
    expect(JSON.stringify(sealed)).toContain('"__proto__":{"polluted":true}');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('sealOutput', () => {
  it('takes secrets and control sequences out of pieces', () => {
    const output = sealOutput(createRedactor(['hunter2']));
    const shown = ['pass: hun', 'ter2 \u001b[2J', 'ok\n', 'hunt'].map(output.push).join('') + output.end();
    expect(shown).toBe('pass: ••• ok\nhunt');
  });
});
