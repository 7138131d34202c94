import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LiveFigure } from '../../src/cluster/live.ts';
import { alarmRows } from '../../src/view/rows/alarm-row.ts';
import { figureRows, logRows } from '../../src/view/rows/figure-rows.ts';
import { linkRows } from '../../src/view/rows/link-rows.ts';
import { plainText, rowWidth } from '../../src/view/text/row.ts';
import { width } from '../../src/view/text/width.ts';
import { lookFrom, themeFor } from '../../src/view/theme.ts';
import { alarms, unheard } from './scene-parts.ts';
import { scenes } from './scenes.ts';
import { NOW, stateOf } from './screen.ts';
import { failing } from './snapshots.ts';

const HOSTILE = 'x\u001b]8;;http://evil.test\u0007y\u202e';

describe('figures', () => {
  it('say in a glyph and a word how bad they are, and beyond which limit', () => {
    const [errors, latency, log] = figureRows([...failing.metrics, ...failing.logs], 100, NOW).map(plainText);
    expect(errors).toMatch(/^✖ {2}errors +38 % .*█ {2}CRITICAL, above 5 %$/);
    expect(latency).toMatch(/^◐ {2}p95 latency +520 ms .* {2}warning, above 500 ms$/);
    expect(log).toMatch(/^✖ {2}error log +143\/min .*CRITICAL, above 60\/min$/);
  });

  it.each<[string, Partial<LiveFigure>, string]>([
    ['normal', { value: 0.002, level: 'normal', warnAbove: 0.01 }, 'normal, below 1 %'],
    ['too few', { value: 0, level: 'critical', criticalBelow: 0.5 }, 'CRITICAL, below 50 %'],
    ['enough', { value: 1, level: 'normal', criticalBelow: 0.5 }, 'normal, above 50 %'],
  ])('name the limit that matters: %s', (_, change, says) => {
    const { warnAbove: __, criticalAbove: ___, ...errors } = failing.metrics[0] as LiveFigure;
    expect(plainText(figureRows([{ ...errors, ...change }], 100, NOW)[0] ?? [])).toContain(says);
  });

  it('that are old have no colour of being well or bad, and say since when', () => {
    const rows = figureRows(unheard.metrics, 110, NOW);
    expect(plainText(rows[0] ?? [])).toContain('no answer for 1 min 35 s: Nothing accepts');
    expect(rows.flat().map(({ tone }) => tone)).not.toContain('bad');
    expect(rows.flat().map(({ tone }) => tone)).not.toContain('good');
    expect(plainText(figureRows(unheard.logs, 110, NOW)[0] ?? [])).toContain('2 of 10 shards');
  });

  it('never take more room than there is, whatever they are called', () => {
    const figures = fc.array(
      fc.record({
        title: fc.constantFrom('errors', 'x'.repeat(60), '漢字'.repeat(20)),
        unit: fc.constantFrom('percent', 'seconds', 'count', 'per-minute'),
        points: fc.array(fc.option(fc.double({ min: -1, max: 1e9, noNaN: true })), { maxLength: 40 }),
        stepMs: fc.constant(15_000),
        value: fc.double({ min: 0, max: 1e12, noNaN: true }),
        level: fc.constantFrom('normal', 'warning', 'critical', 'unknown'),
        heardAt: fc.constantFrom(NOW, NOW - 3_600_000),
        everyMs: fc.constant(5_000),
        criticalAbove: fc.double({ min: 0, max: 10, noNaN: true }),
      }) as fc.Arbitrary<LiveFigure>,
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(figures, fc.integer({ min: 46, max: 200 }), (some, cells) => {
        for (const row of figureRows(some, cells, NOW)) expect(rowWidth(row)).toBeLessThanOrEqual(cells);
      }),
    );
  });
});

describe('log lines', () => {
  it('fit, repeat nothing, and hide nothing that a terminal would obey', () => {
    const log = {
      ...failing.logs[0],
      lines: [{ level: 'error', pod: HOSTILE, message: HOSTILE, count: 12 }],
    };
    for (const cells of [46, 76, 120]) {
      const [row = []] = logRows([log as (typeof failing.logs)[number]], cells, NOW);
      expect(rowWidth(row)).toBeLessThanOrEqual(cells);
      expect(plainText(row)).toMatch(/xy {2}×12$/);
      expect(plainText(row)).not.toContain('\u001b');
      expect(plainText(row)).not.toContain('\u202e');
    }
  });
});

describe('what is critical', () => {
  const scene = scenes.alarms ?? { drafts: [] };

  it('stands in one line above the panes: now, beyond what, since when', () => {
    const [row = []] = alarmRows(stateOf(scene), 120, NOW);
    expect(plainText(row)).toMatch(
      /^ {2}CRITICAL {3}errors 38 % above 5 %, for \d+ s {3}error log 143\/min above 60\/min, for \d+ s$/,
    );
    const at = (cells: number) => plainText(alarmRows(stateOf(scene), cells, NOW)[0] ?? []).trim();
    expect(at(80)).toBe('CRITICAL   errors 38 % above 5 %   error log 143/min above 60/min');
    expect(at(60)).toBe('CRITICAL   errors 38 %   error log 143/min');
    expect(at(40)).toBe('CRITICAL   errors 38 %   and 1 more');
  });

  it('says so when it is no longer heard of', () => {
    const [row = []] = alarmRows(stateOf({ ...scene, live: unheard }), 120, NOW);
    expect(plainText(row)).toMatch(/errors last heard 38 % above 5 %/);
  });

  it('is gone when it is over', () => {
    const [first, second] = alarms;
    const over = [first, second].map(
      (alarm) => ({ ...alarm, type: 'threshold-cleared' }) as (typeof alarms)[number],
    );
    expect(alarmRows(stateOf({ ...scene, drafts: [...scene.drafts, ...over] }), 120, NOW)).toEqual([]);
  });
});

describe('links', () => {
  const url = `https://grafana.example.com/d/banking?var-namespace=${'n'.repeat(100)}`;

  it('are there in whole, over as many lines as they need', () => {
    const rows = linkRows([{ title: 'Traffic', url }], 40);
    expect(
      rows
        .slice(1)
        .map((row) => plainText(row).trim())
        .join(''),
    ).toBe(url);
    expect(
      rows
        .slice(1)
        .flat()
        .filter(({ href }) => href === url),
    ).toHaveLength(rows.length - 1);
  });

  it('are made to be clicked only where the terminal knows how', () => {
    const plain = themeFor({ colour: true, unicode: true });
    expect(plain.link('text', url)).toBe('text');
    const clickable = themeFor({ colour: true, unicode: true, hyperlinks: true });
    expect(clickable.link('text', undefined)).toBe('text');
    expect(clickable.link('text', url)).toBe(`\u001b]8;;${url}\u0007text\u001b]8;;\u0007`);
    expect(width(clickable.link('text', url))).toBe(4);
  });

  it.each([
    [{ TERM: 'xterm-kitty' }, true],
    [{ TERM: 'xterm-256color', VTE_VERSION: '7006' }, true],
    [{ TERM: 'xterm-256color', TERM_PROGRAM: 'iTerm.app' }, true],
    [{ TERM: 'xterm-256color', WT_SESSION: 'x' }, true],
    [{ TERM: 'xterm-256color' }, false],
    [{ TERM: 'xterm-kitty', TMUX: '/tmp/tmux' }, false],
    [{ TERM: 'dumb', VTE_VERSION: '7006' }, false],
    [{ TERM: 'dumb', FORCE_HYPERLINK: '1' }, true],
    [{ TERM: 'xterm-kitty', FORCE_HYPERLINK: '0' }, false],
  ])('%j: %s', (env, known) => {
    expect(lookFrom(env).hyperlinks).toBe(known);
  });
});
