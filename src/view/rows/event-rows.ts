import type { LiveEvent } from '../../cluster/live.ts';
import { paragraph, type Row, row, span, table } from '../text/row.ts';
import { age } from '../text/time.ts';
import { width as cellsOf, clip } from '../text/width.ts';
import { glyphs } from '../theme.ts';

/** Newest first; the message follows while there is room for it. */
export function eventRows(events: readonly LiveEvent[], width: number, now: number): readonly Row[] {
  if (events.length === 0) return paragraph('No events so far.', width, 'muted');
  const lines = events.map((event) => {
    const isWarning = event.type === 'Warning';
    return row(
      span(age(now - event.lastSeen), 'muted'),
      span(isWarning ? glyphs.warning : glyphs.bullet, isWarning ? 'warn' : 'muted'),
      span(event.reason, isWarning ? 'warn' : 'plain'),
      span(event.object, 'plain'),
      span(event.count > 1 ? `×${event.count}` : '', 'muted'),
    );
  });
  const rows = table(
    lines,
    [
      { align: 'right', min: 3 },
      {},
      { max: 20, gives: 2, min: 12 },
      { cut: 'middle', gives: 1, min: 12, max: 44 },
      { align: 'right', min: 4 },
    ],
    width,
  );
  return rows.map((line, place) => {
    const used = line.reduce((sum, part) => sum + cellsOf(part.text), 0);
    const room = width - used - 2;
    const message = events[place]?.message ?? '';
    return room < 16 ? line : [...line, span(`  ${clip(message, room)}`, 'muted')];
  });
}
