import { isGood, type Row } from './benchmark.ts';

const figure = (value: number | undefined): string => {
  if (value === undefined || Number.isNaN(value)) return '–';
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
};

const goalOf = ({ goal, better }: Row): string => `${better === 'lower' ? '≤' : '≥'} ${goal}x`;

function verdictOf(row: Row): string {
  const good = isGood(row);
  if (good === undefined) return row.note ?? 'not measured';
  return good ? 'reached' : 'missed';
}

export function rowLine(row: Row): string {
  const { name, rollbook, other, unit, ratio, peer } = row;
  const mark = { true: '✔', false: '✖', undefined: '·' }[String(isGood(row)) as 'true'];
  return `${mark} ${name.padEnd(22)} ${`${figure(ratio)}x`.padStart(8)} ${goalOf(row).padEnd(8)} ${figure(rollbook)} ${unit}, ${peer} ${figure(other)}${row.note === undefined ? '' : `  (${row.note})`}`;
}

/** One line: what the table says, for programs. */
export function asJson(row: Row): string {
  const { rollbook, other, ratio, ...rest } = row;
  return JSON.stringify({
    ...rest,
    ratio: ratio ?? null,
    ok: isGood(row) ?? null,
    medians: { rollbook: rollbook ?? null, peer: other ?? null },
  });
}

/** A table in Markdown. */
export function markdown(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const spread = row.spread === undefined ? '' : `${figure(row.spread[0])}–${figure(row.spread[1])}`;
    const ours = `${figure(row.rollbook)} ${row.unit}`;
    const ratio = row.ratio === undefined ? '–' : `**${figure(row.ratio)}x**`;
    return `| ${row.what} | ${row.peer} | ${ours} | ${figure(row.other)} | ${ratio} | ${spread} | ${goalOf(row)} | ${verdictOf(row)} |`;
  });
  return [
    '| work | measured against | rollbook | it | ratio | middle half | goal | |',
    '|---|---|--:|--:|--:|--:|--:|---|',
    ...lines,
  ].join('\n');
}
