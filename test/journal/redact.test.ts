import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor, REDACTED } from '../../src/journal/redact.ts';

const secret = 'p@ss "w\\rd\'/ü1+?';
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('redact', () => {
  it.each([
    ['as it is', `token=${secret};`, `token=${REDACTED};`],
    ['URL-encoded', `https://x/?t=${encodeURIComponent(secret)}&b=1`, `https://x/?t=${REDACTED}&b=1`],
    ['in a form', `t=${encodeURIComponent(secret).replaceAll('%20', '+')}`, `t=${REDACTED}`],
    ['in JSON', JSON.stringify({ t: secret }), `{"t":"${REDACTED}"}`],
    ['in shell text', `curl -H '${secret.replaceAll("'", `'\\''`)}'`, `curl -H '${REDACTED}'`],
    ['twice', `${secret}${secret}`, `${REDACTED}${REDACTED}`],
    ['in base64', `data: ${base64(secret).replaceAll('=', '')}`, `data: ${REDACTED}`],
  ])('%s', (_, text, expected) => {
    expect(createRedactor([secret]).redact(text)).toBe(expected);
  });

  it('finds it in basic authentication, whatever stands before and after', () => {
    const { redact } = createRedactor(['correct-horse']);
    for (const user of ['a', 'ab', 'abc', 'operator'])
      for (const rest of ['', '!', '!!'])
        for (const encode of [base64, (text: string) => Buffer.from(text).toString('base64url')]) {
          const header = encode(`${user}:correct-horse${rest}`);
          expect(redact(`Authorization: Basic ${header}`)).toContain(REDACTED);
          const left = redact(header)
            .split(REDACTED)
            .map((part) => Buffer.from(part, 'base64').toString());
          expect(left.join('')).not.toMatch(/horse|correct/);
        }
  });

  it('takes each long line of a key as a secret', () => {
    const { redact } = createRedactor([
      '-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG\nshort\n-----END KEY-----\n',
    ]);
    expect(redact('  MIIEvQIBADANBgkqhkiG and short')).toBe(`  ${REDACTED} and short`);
  });

  it('leaves evidence alone: short values, and words that only resemble', () => {
    expect(createRedactor(['abc', '']).redact('abc abcd')).toBe('abc abcd');
    expect(createRedactor(['hunter2']).redact('hunter1 hunter')).toBe('hunter1 hunter');
  });

  it('replaces the longer secret when one is part of the other', () => {
    expect(createRedactor(['word', 'password']).redact('password word')).toBe(`${REDACTED} ${REDACTED}`);
  });

  it('knows what was added later', () => {
    const redactor = createRedactor();
    redactor.add('later-on');
    expect(redactor.redact('later-on')).toBe(REDACTED);
  });

  it('leaves no secret, whatever it is made of', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 4, maxLength: 30 }),
        fc.string(),
        fc.string(),
        (value, before, after) => {
          fc.pre(!REDACTED.includes(value) && !`${before}${REDACTED}${after}`.includes(value));
          expect(createRedactor([value]).redact(before + value + after)).not.toContain(value);
        },
      ),
    );
  });
});

describe('redact in pieces', () => {
  it('shows the same as for the whole, and never a part of a secret that came whole', () => {
    const texts = fc.array(
      fc.constantFrom('hunter2', 'hunt', 'er2', 'plain ', 'h', 'hunter', '2', 'swordfish', 'sword'),
    );
    fc.assert(
      fc.property(texts, fc.array(fc.nat(6)), (words, cuts) => {
        const redactor = createRedactor(['hunter2', 'swordfish']);
        const whole = words.join('');
        const stream = redactor.stream();
        let shown = '';
        let at = 0;
        for (const cut of cuts) {
          shown += stream.push(whole.slice(at, at + cut));
          at += cut;
        }
        shown += stream.push(whole.slice(at)) + stream.end();
        expect(shown).toBe(redactor.redact(whole));
      }),
    );
  });

  it('holds back no more than it must', () => {
    const stream = createRedactor(['hunter2']).stream();
    expect(stream.push('a line\nhun')).toBe('a line\n');
    expect(stream.push('g')).toBe('hung');
    expect(stream.push('hunter')).toBe('');
    expect(stream.push('2!')).toBe(`${REDACTED}!`);
  });
});
