import type { SessionState } from '../../engine/state.ts';
import type { ScreenState } from '../store.ts';
import { figure } from '../text/figure.ts';
import { type Row, row, rowWidth, span } from '../text/row.ts';
import { ticking } from '../text/time.ts';
import { isStale } from './figure-rows.ts';

/** Figures that are critical, in a line above the panes; nothing while all is well or over. */
export function alarmRows(state: ScreenState, width: number, now: number): readonly Row[] {
  const { session } = state;
  if (session === undefined || session.status === 'ended' || session.alarms.length === 0) return [];
  const lead = row(' ', span(' CRITICAL ', 'badge-bad'), '  ');
  const room = width - rowWidth(lead) - 1;
  const lines = ([2, 1, 0] as const).map((detail) =>
    session.alarms.map((alarm) => alarmPart(alarm, state, { now, detail })),
  );
  const [whole = [], , short = []] = lines;
  const parts = lines.find((line) => rowWidth(joined(line)) <= room) ?? fitting(short, room);
  const left = whole.length - parts.length;
  return [row(...lead, ...joined(parts), span(left === 0 ? '' : `   and ${left} more`, 'bad'))];
}

/** As many as fit beside the number of those that do not; one at least. */
function fitting(parts: readonly Row[], room: number): readonly Row[] {
  const more = '   and 99 more'.length;
  const count = parts.findLastIndex((_, at) => rowWidth(joined(parts.slice(0, at + 1))) + more <= room);
  return parts.slice(0, Math.max(1, count + 1));
}

function joined(parts: readonly Row[]): Row {
  return parts.flatMap((part, place) => (place === 0 ? part : [span('   '), ...part]));
}

interface PartOptions {
  readonly now: number;
  /** 2: beyond which limit, since when. 1: without the time. 0: the value alone. */
  readonly detail: 0 | 1 | 2;
}

/** As it is now, or as it was last heard of. */
function alarmPart(
  alarm: SessionState['alarms'][number],
  { live }: ScreenState,
  { now, detail }: PartOptions,
): Row {
  const figures = alarm.source === 'prometheus' ? live?.metrics : live?.logs;
  const seen = figures?.find(({ title }) => title === alarm.figure);
  const isSilent = seen !== undefined && isStale(seen, now);
  const value = figure(seen?.value ?? alarm.value, alarm.unit);
  const limit = ` ${alarm.side} ${figure(alarm.limit, alarm.unit)}`;
  const since = `, for ${ticking(now - Date.parse(alarm.since))}`;
  return row(
    span(`${alarm.figure} ${isSilent ? 'last heard ' : ''}${value}`, isSilent ? 'warn' : 'bad'),
    span(`${detail > 0 ? limit : ''}${detail > 1 ? since : ''}`, 'muted'),
  );
}
