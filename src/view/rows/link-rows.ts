import type { LiveLink } from '../../cluster/live.ts';
import { blank, paragraph, type Row, row, span } from '../text/row.ts';
import { chop } from '../text/width.ts';
import { glyphs } from '../theme.ts';

/** The dashboards, each with its whole address: to be clicked where the terminal can, to be copied where it cannot. */
export function linkRows(links: readonly LiveLink[], width: number): readonly Row[] {
  if (links.length === 0)
    return paragraph(
      'No dashboards are linked; watch.links of the runbook names them, or links in rollbook.yaml.',
      width,
      'muted',
    );
  return links.flatMap(({ title, url, problem }, place) => [
    ...(place === 0 ? [] : [blank]),
    row(span(title, 'strong')),
    ...(url === undefined
      ? paragraph(problem ?? '', width, 'warn', row(span(`${glyphs.unavailable} `, 'warn')))
      : chop(url, width - 2).map((piece) => row('  ', { ...span(piece, 'accent'), href: url }))),
  ]);
}
