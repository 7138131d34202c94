import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isGood, type Row } from '../../bench/harness/benchmark.ts';
import { chart } from '../../bench/harness/chart.ts';
import { writeDocument } from '../../bench/harness/document.ts';
import { createChanges, makePods, podJson, tableRow } from '../../bench/harness/pods.ts';
import { compared, interleaved, limited, median, quantile, unmeasured } from '../../bench/harness/rounds.ts';
import { asJson, markdown, rowLine } from '../../bench/harness/table.ts';

const described = { name: 'x', what: 'a thing', peer: 'another', unit: 'ms', goal: 1.5, command: 'do' };

describe('rounds', () => {
  it('have a median and quarters', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([1, 2, 3, 4])).toBe(2.5);
    expect(quantile([0, 10, 20, 30], 0.25)).toBe(7.5);
    expect(median([])).toBeNaN();
  });

  it('do everything once each, beginning with another one each time', async () => {
    const done: string[] = [];
    const act = (name: string) => async () => done.push(name);
    const measured = await interleaved({ a: act('a'), b: act('b') }, 3);
    expect(done).toEqual(['a', 'b', 'b', 'a', 'a', 'b']);
    expect(measured).toEqual({ a: [1, 4, 5], b: [2, 3, 6] });
  });

  it('are compared one by one: a slow round is slow for both', () => {
    const row = compared(described, [10, 100, 12], [10, 50, 10]);
    expect([row.ratio, row.rollbook, row.other, row.rounds]).toEqual([1.2, 12, 10, 3]);
  });

  it('may have a plain figure as their limit', () => {
    const { peer, goal, ratio } = limited({ ...described }, [30], 20);
    expect([peer, goal, ratio]).toEqual(['limit', 1, 1.5]);
  });
});

describe('a row', () => {
  const lower: Row = compared(described, [15], [10]);
  it.each<[string, Row, boolean | undefined]>([
    ['at its goal', lower, true],
    ['beyond it', compared(described, [16], [10]), false],
    ['of which more is better', compared({ ...described, goal: 0.5, better: 'higher' }, [4], [10]), false],
    ['without its peer', unmeasured(described, 'there is none here'), undefined],
  ])('is judged: %s', (_what, row, ok) => {
    expect(isGood(row)).toBe(ok);
    expect(JSON.parse(asJson(row))).toMatchObject({ name: 'x', ok: ok ?? null, goal: row.goal });
  });

  it('that was not measured says so, and nothing else', () => {
    const row = unmeasured(described, 'there is none here');
    expect(JSON.parse(asJson(row))).toMatchObject({ ratio: null, medians: { rollbook: null, peer: null } });
    expect(rowLine(row)).toContain('not measured: there is none here');
    expect(markdown([row])).toContain('not measured: there is none here');
    expect(chart([row])).not.toContain('<text x="352"');
  });

  it('stands in the document between its marks, and in the chart', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'bench-docs-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = path.join(folder, 'performance.md');
    writeFileSync(
      file,
      'before\n<!-- measured: npm run bench -- --write -->\nold\n<!-- /measured -->\nafter\n',
    );
    writeDocument(folder, [lower]);
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(/^before\n<!--.*\| a thing \| another \|.*<!-- \/measured -->\nafter\n$/s);
    expect(text).not.toContain('old');
    expect(readFileSync(path.join(folder, 'performance.svg'), 'utf8')).toContain('1.50x of 1.5x');
  });
});

describe('the pods of the benchmarks', () => {
  it('are as large as those of a real server, and change in the same order each time', () => {
    const [one, other] = [makePods(300), makePods(300)];
    const [first] = one;
    if (first === undefined) throw new Error('There are none.');
    expect(JSON.parse(podJson(first, true))).toMatchObject({ kind: 'Pod', metadata: { name: first.name } });
    expect(podJson(first, true).length).toBeGreaterThan(7_000);
    expect(JSON.parse(tableRow(first, 'None')).cells).toHaveLength(9);
    expect(JSON.parse(tableRow(first, 'Metadata')).object.metadata.name).toBe(first.name);
    const [changeOne, changeOther] = [createChanges(one), createChanges(other)];
    const names = (change: (at: number) => { name: string }) =>
      Array.from({ length: 50 }, (_, at) => change(at).name);
    expect(names(changeOne)).toEqual(names(changeOther));
    expect(new Set(one.map(({ name }) => name)).size).toBe(300);
  });
});
