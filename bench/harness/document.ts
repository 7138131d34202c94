import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import type { Row } from './benchmark.ts';
import { chart } from './chart.ts';
import { markdown } from './table.ts';

const BEGIN = '<!-- measured: npm run bench -- --write -->';
const END = '<!-- /measured -->';

/** Puts what was measured into docs/performance.md, between its two marks, and the chart beside it. */
export function writeDocument(docs: string, rows: readonly Row[]): void {
  const file = path.join(docs, 'performance.md');
  const text = readFileSync(file, 'utf8');
  const [before = '', rest = ''] = text.split(BEGIN);
  const after = rest.split(END)[1];
  if (after === undefined)
    throw new Error(`${file} has no place for the table, between ${BEGIN} and ${END}.`);
  const [cpu] = cpus();
  const where = `${cpus().length} × ${cpu?.model ?? 'unknown processor'}, Node ${process.versions.node}, ${rows[0]?.rounds ?? 0} rounds or more, medians.`;
  const place = [
    BEGIN,
    '',
    where,
    '',
    markdown(rows),
    '',
    '![How much of its goal each row uses](performance.svg)',
    '',
    END,
  ];
  writeFileSync(file, `${before}${place.join('\n')}${after}`);
  writeFileSync(path.join(docs, 'performance.svg'), chart(rows));
}
