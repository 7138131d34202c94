import { isGood, type Row } from './benchmark.ts';

const WIDTH = 860;
const LEFT = 360;
const LINE = 24;
const SPAN = 380;

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** How much of its goal each row uses: the line is the goal, and what ends before it has reached it. */
export function chart(rows: readonly Row[]): string {
  const measured = rows.filter((row) => row.ratio !== undefined);
  const height = 40 + measured.length * LINE;
  const bars = measured.map((row, at) => {
    const part = row.better === 'lower' ? (row.ratio ?? 0) / row.goal : row.goal / (row.ratio ?? 1);
    const length = Math.max(2, Math.min(part, 1.25) * (SPAN / 1.25));
    const y = 30 + at * LINE;
    const fill = isGood(row) ? '#259a3c' : '#e0484f';
    return [
      `<text x="${LEFT - 8}" y="${y + 13}" text-anchor="end">${escaped(row.name)}</text>`,
      `<rect x="${LEFT}" y="${y}" width="${length.toFixed(1)}" height="${LINE - 7}" rx="2" fill="${fill}"/>`,
      `<text x="${LEFT + SPAN + 12}" y="${y + 13}">${(row.ratio ?? 0).toFixed(2)}x of ${row.goal}x${part > 1.25 ? ' ›' : ''}</text>`,
    ].join('\n');
  });
  const goal = LEFT + SPAN / 1.25;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="12">
<title>What rollbook takes, beside the goal of each measured row</title>
<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>
<text x="${goal}" y="18" text-anchor="middle">goal</text>
<line x1="${goal}" y1="24" x2="${goal}" y2="${height - 8}" stroke="#555555" stroke-dasharray="3 3"/>
${bars.join('\n')}
</svg>
`;
}
