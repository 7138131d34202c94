import type { SessionState } from '../../engine/state.ts';
import type { ScreenState } from '../store.ts';
import { figure } from '../text/figure.ts';
import { type Row, row, rowWidth, span } from '../text/row.ts';
import { ticking } from '../text/time.ts';

/** Figures that are critical, in a line above the panes; nothing while all is well or over. */
export function alarmRows(state: ScreenState, width: number, now: number): readonly Row[] {
  const { session } = state;
  if (session === undefined || session.status === 'ended' || session.alarms.length === 0) return [];
  const lead = row(' ', span(' CRITICAL ', 'badge-bad'), '  ');
  const parts = session.alarms.map((alarm) => alarmPart(alarm, state, now));
  let line = lead;
  let shown = 0;
  for (const part of parts) {
    const rest = parts.length - shown - 1;
    const more = rest > 0 ? `   and ${rest} more` : '';
    const gap = shown === 0 ? '' : '   ';
    if (shown > 0 && rowWidth(line) + gap.length + rowWidth(part) + more.length > width) break;
    line = row(...line, gap, ...part);
    shown += 1;
  }
  const left = parts.length - shown;
  return [left === 0 ? line : row(...line, span(`   and ${left} more`, 'bad'))];
}

/** As it is now, where the figure is still heard of. */
function alarmPart(alarm: SessionState['alarms'][number], { live }: ScreenState, now: number): Row {
  const figures = alarm.source === 'prometheus' ? live?.metrics : live?.logs;
  const value = figures?.find(({ title }) => title === alarm.figure)?.value ?? alarm.value;
  const since = ticking(now - Date.parse(alarm.since));
  return row(
    span(`${alarm.figure} ${figure(value, alarm.unit)}`, 'bad'),
    span(` ${alarm.side} ${figure(alarm.limit, alarm.unit)}, for ${since}`, 'muted'),
  );
}
