import type { LiveFigure, LiveSnapshot } from '../../cluster/live.ts';
import { figure } from '../text/figure.ts';
import { type Row, row, rowWidth, span } from '../text/row.ts';
import { glyphs } from '../theme.ts';
import { faceOfFigure, isStale } from './figure-rows.ts';

/** The live pane in one line, for a narrow screen: what fits of it, and nothing by halves. */
export function liveSummary(live: LiveSnapshot | undefined, width: number, now: number): Row {
  if (live === undefined) return row(span('nothing watched yet', 'muted'));
  const isWhole = live.podsReady >= live.podCount;
  const pods = row(
    span(
      `${isWhole ? glyphs.done : glyphs.failed} ${live.podsReady}/${live.podCount} pods ready`,
      isWhole ? 'good' : 'warn',
    ),
  );
  const services = live.services.map((service) => {
    const target = service.ready > 0 ? service.behind.join(',') : 'nothing ready';
    return row(
      span(`${service.name} ${glyphs.arrow} `, 'muted'),
      span(target, service.ready > 0 ? 'plain' : 'bad'),
    );
  });
  const figures = [...live.metrics, ...live.logs].map((one) => inShort(one, now));
  let line = pods;
  for (const part of [...figures, ...services]) {
    if (rowWidth(line) + 3 + rowWidth(part) <= width) line = [...line, span('   '), ...part];
  }
  return line;
}

function inShort(one: LiveFigure, now: number): Row {
  const value = one.value === undefined ? 'no figure' : figure(one.value, one.unit);
  if (isStale(one, now))
    return row(span(`${glyphs.gone} ${one.title} ${one.heardAt === undefined ? '?' : value}`, 'muted'));
  if (one.problem !== undefined && one.level !== 'critical')
    return row(span(`${glyphs.unavailable} ${one.title} ${value}`, 'warn'));
  const { glyph, tone } = faceOfFigure(one);
  const isFine = one.level === 'normal' || one.level === 'unknown';
  return row(
    span(isFine ? '' : `${glyph} `, tone),
    span(`${one.title} `, 'muted'),
    span(value, isFine ? 'plain' : tone),
  );
}
