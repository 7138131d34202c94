import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logLine } from '../../src/cluster/log-line.ts';
import type { JsonObject } from '../../src/ports/json.ts';

const time = '2026-11-02T03:00:00.000Z';

// biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/;

describe('a line of the logs', () => {
  it.each<[string, JsonObject, object]>([
    [
      'as Filebeat writes it',
      {
        '@timestamp': time,
        log: { level: 'ERROR' },
        message: 'no ledger',
        kubernetes: { pod: { name: 'a-1' } },
      },
      { at: Date.parse(time), level: 'error', pod: 'a-1', message: 'no ledger' },
    ],
    [
      'as Fluent Bit writes it',
      { '@timestamp': time, log: 'no ledger\n', kubernetes: { pod_name: 'a-1' } },
      { at: Date.parse(time), level: '', pod: 'a-1', message: 'no ledger' },
    ],
    [
      'with JSON left in it',
      { '@timestamp': 5, message: '{"level":"fatal","msg":"no ledger"}', 'kubernetes.pod.name': 'a-1' },
      { at: 5, level: 'fatal', pod: 'a-1', message: 'no ledger' },
    ],
    [
      'of OpenTelemetry',
      {
        '@timestamp': time,
        severity_text: 'WARN',
        body: { text: 'slow' },
        resource: { attributes: { 'k8s.pod.name': 'a-1' } },
      },
      { at: Date.parse(time), level: 'warn', pod: 'a-1', message: 'slow' },
    ],
    ['of nobody we know', { a: 1 }, { level: '', pod: '', message: '{"a":1}' }],
    ['that is no JSON after all', { message: '{broken' }, { level: '', pod: '', message: '{broken' }],
  ])('%s', (_, source, line) => {
    expect(logLine(source)).toEqual(line);
  });

  it('takes its time from the field that the runbook names', () => {
    expect(logLine({ time, message: 'x' }, 'time').at).toBe(Date.parse(time));
  });

  it('is one harmless line, of no more than two thousand characters, whatever was logged', () => {
    const anyText = fc.string({ unit: 'binary', maxLength: 5_000 });
    fc.assert(
      fc.property(anyText, anyText, (text, other) => {
        const { level, pod, message } = logLine({ level: other, message: text, host: other });
        expect(`${level}${pod}${message}`).not.toMatch(UNSAFE);
        expect(message.length).toBeLessThanOrEqual(2_000);
      }),
      { numRuns: 30 },
    );
  });
});
