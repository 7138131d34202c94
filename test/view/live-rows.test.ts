import { describe, expect, it } from 'vitest';
import { liveRows, podRows } from '../../src/view/rows/live-rows.ts';
import { liveSummary } from '../../src/view/rows/live-summary.ts';
import { figure, sparkline } from '../../src/view/text/figure.ts';
import { plainText } from '../../src/view/text/row.ts';
import { NOW } from './screen.ts';
import { failing } from './snapshots.ts';

describe('figures of the live pane', () => {
  it.each([
    [0.38, 'percent', '38 %'],
    [0.004, 'percent', '0.4 %'],
    [0, 'percent', '0 %'],
    [0.12, 'seconds', '120 ms'],
    [2.34, 'seconds', '2.3 s'],
    [125_000, 'count', '125k'],
  ] as const)('%d as %s is %s', (value, unit, text) => {
    expect(figure(value, unit)).toBe(text);
  });

  it.each([
    [[0, 1, 2, 3], '▁▃▆█'],
    [[5, 5], '██'],
    [[0, 0], '▁▁'],
    [[1, null, 4], '▂ █'],
    [[9, 9, 9, 1, 2, 4], '▂▄█'],
  ])('%j is the sparkline %s', (points, line) => {
    expect(sparkline(points, points.length === 6 ? 3 : 10)).toBe(line);
  });
});

describe('the live pane', () => {
  it('leaves out the least and never the names, when it gets narrow', () => {
    const wide = liveRows(failing, 100, 20, NOW).map(plainText).join('\n');
    const narrow = liveRows(failing, 50, 20, NOW).map(plainText).join('\n');
    expect(wide).toContain('14 restarts');
    expect(narrow).not.toContain('14 restarts');
    for (const name of ['frontend-green', 'backend-blue', 'frontend-service']) expect(narrow).toContain(name);
  });

  it('says why a pod is not ready, after the word that kubectl has for it, and cuts no age', () => {
    const pods = failing.pods.map((pod) => ({ ...pod, ...(pod.ready ? {} : { reason: 'back-off 2m40s' }) }));
    const at = (width: number) =>
      podRows({ ...failing, pods }, width, NOW)
        .map(plainText)
        .join('\n');
    expect(at(100)).toContain('CrashLoopBackOff: back-off 2m40s');
    for (const line of at(59).split('\n').slice(1, -1)) expect(line).toMatch(/ 11m$/);
  });

  it('has no colour left when what it shows may be old', () => {
    const old = { ...failing, freshness: { state: 'behind' as const, heardAt: NOW - 12_000 } };
    const tones = new Set(liveRows(old, 80, 20, NOW).flatMap((line) => line.map((part) => part.tone)));
    expect([...tones]).toEqual(['muted']);
  });

  it('says in a line what fits, and nothing by halves', () => {
    expect(plainText(liveSummary(failing, 70, NOW))).toBe(
      '✖ 6/12 pods ready   ✖ errors 38 %   ◐ p95 latency 520 ms',
    );
    expect(plainText(liveSummary(failing, 36, NOW))).toBe('✖ 6/12 pods ready   ✖ errors 38 %');
    expect(plainText(liveSummary(undefined, 34, NOW))).toBe('nothing watched yet');
  });
});
