import { describe, expect, test } from 'vitest';
import { JournalDamaged } from '../../src/journal/replay.ts';
import { htmlReport } from '../../src/report/html.ts';
import { markdownReport, text } from '../../src/report/markdown.ts';
import { reportOf } from '../../src/report/report-of.ts';
import type { SessionReport } from '../../src/report/session-report.ts';
import { HOSTILE } from './hostile.ts';
import { session } from './session.ts';

function made(says?: string): SessionReport {
  const report = reportOf(session(says));
  if (report === undefined) throw new Error('no report');
  return report;
}

describe('what a report tells', () => {
  const report = made();

  test('who did what, and whether it stands', () => {
    expect(report.writes.map(({ step, standing, confirmedBy }) => [step, standing, confirmedBy])).toEqual([
      ['switch', 'stands', 'operator'],
      ['scale', 'undone', '--confirm'],
    ]);
    expect(report.writes[0]?.effects[0]).toMatchObject({
      target: 'service/frontend',
      diff: [{ change: 'same' }, { change: 'removed' }, { change: 'added' }],
    });
  });

  test('what was measured before and after', () => {
    expect(report.figures).toMatchObject([{ before: '38 %', after: '0.4 %' }]);
  });

  test('who was told, and who was not', () => {
    expect(report.told).toMatchObject([
      { by: 'slack', state: 'told', text: ['It fails.', 'plain words'] },
      { by: 'teams', state: 'not told', reason: 'Teams is silent. plain words' },
    ]);
  });

  test('what is to be done, by whom, until when', () => {
    expect(report.followUps).toMatchObject([
      { state: 'agreed', what: 'Find the cause plain words', owner: 'Ana plain words', due: '2026-11-25' },
      { state: 'declined', what: 'A canary', reason: 'there is one plain words' },
    ]);
  });

  test('what was not done, each for its own reason', () => {
    expect(report.notChecked.map(({ step }) => step)).toEqual(['logs']);
    expect(report.skipped.map(({ step }) => step)).toEqual(['scale', 'by-hand']);
    expect(report.notNeeded.map(({ step }) => step)).toEqual(['other-way']);
    expect(report.failures).toMatchObject([{ step: 'late', next: 'plain words' }]);
    expect(report.notReached.map(({ step }) => step)).toEqual(['never']);
  });

  test('as JSON it reads back as it was', () => {
    expect(JSON.parse(JSON.stringify(report))).toStrictEqual(report);
  });

  test('nothing of a journal without an event', () => {
    expect(reportOf({ events: [] })).toBeUndefined();
  });
});

describe('a damaged journal', () => {
  const { events } = session();
  const damage = new JournalDamaged('journal.jsonl', 9, 'this line was changed');
  const report = reportOf({ events: events.slice(0, 8), damage });

  test('is told up to the damage, and said to be damaged', () => {
    expect(report?.journal).toMatchObject({ whole: false, events: 8 });
    expect(report?.session).toMatchObject({ summary: expect.stringContaining('Not ended') });
    if (report === undefined) return;
    expect(markdownReport(report)).toContain('The journal is DAMAGED: only its first 8 events');
    expect(htmlReport(report)).toContain('class="bad">The journal is DAMAGED');
  });
});

describe('as documents', () => {
  test('Markdown', async () => {
    await expect(markdownReport(made())).toMatchFileSnapshot('golden/report.md');
  });

  test('HTML', async () => {
    await expect(htmlReport(made())).toMatchFileSnapshot('golden/report.html');
  });
});

/** What may follow a `<` in the report, attributes included; values never bring any. */
const TAGS =
  /^<(?:!doctype html|\/?(?:html|head|body|header|main|section|article|h1|h2|h3|p|ul|li|dl|dt|dd|div|table|thead|tbody|tr|th|td|pre|span|i|code|small|strong|em|br|blockquote|title|style)(?: lang="en"| class="[a-z ]+"| scope="col")*|\/?time(?: datetime="[^"<>]*")?|meta [a-z-]+="[^"<>]*"(?: content="[^"<>]*")?)>/;

/** What begins a heading, a list, a quotation or a rule. */
const BLOCK = /^(?:#{1,6} |[-+*] |\d+[.)] |> |={3,}$|-{3,}$)/;

describe('values that would be obeyed', () => {
  test.each(HOSTILE)('%j is plain text in HTML', (says) => {
    const html = htmlReport(made(says)).replace(/<style>[^<]*<\/style>/, '<style></style>');
    for (const { index } of html.matchAll(/</g)) expect(html.slice(index, index + 200)).toMatch(TAGS);
    expect(html).not.toMatch(/\p{Cc}(?<!\n)|\p{Cf}/u);
  });

  test('everything of a value is there to be read in HTML', () => {
    expect(htmlReport(made('<b>"a" & \'b\'</b>'))).toContain(
      '&lt;b&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/b&gt;',
    );
  });

  test.each(HOSTILE)('%j makes neither a line nor a cell more in Markdown', (says) => {
    const plain = markdownReport(made('x')).split('\n');
    const lines = markdownReport(made(says)).split('\n');
    expect(lines).toHaveLength(plain.length);
    const cells = (line: string) => line.replaceAll(/\\./g, '').split('|').length;
    let fenced = false;
    for (const [at, line] of lines.entries()) {
      const like = plain[at] ?? '';
      if (/^`{3,}/.test(like)) fenced = !fenced;
      else if (like.startsWith('| ')) expect(cells(line)).toBe(cells(like));
      else if (!fenced) expect(line.replace(/^\s*(?:[->#]+ )*/, '')).not.toMatch(BLOCK);
    }
  });

  test.each([
    ['<b>', '\\<b\\>'],
    ['a | b', 'a \\| b'],
    ['`x`', '\\`x\\`'],
    ['[a](b)', '\\[a\\](b)'],
    ['*a* _b_ c_d', '\\*a\\* \\_b\\_ c_d'],
    ['https://a.test', 'https\\://a.test'],
    ['# a', '\\# a'],
    ['- a', '\\- a'],
    ['1. a', '1\\. a'],
    ['1.9.0 of 3', '1.9.0 of 3'],
    ['a\\', 'a\\\\'],
  ])('%j is written %j', (value, written) => {
    expect(text(value)).toBe(written);
  });

  test('a fence is longer than those inside', () => {
    const report = markdownReport(made('````'));
    expect(report).toContain('`````diff\n');
  });
});
