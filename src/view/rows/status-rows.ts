import type { LiveSnapshot } from '../../cluster/live.ts';
import type { Area, Size } from '../layout.ts';
import { framed, scrollLimit, scrollMarks } from '../text/frame.ts';
import { paragraph, type Row, row, span, spread } from '../text/row.ts';
import { frames, glyphs } from '../theme.ts';
import { eventRows } from './event-rows.ts';
import { hintRow, placeHints } from './footer-rows.ts';
import { freshnessRow, isFresh } from './freshness.ts';
import { helpFrame } from './help-rows.ts';
import { faded, liveRows, podRows } from './live-rows.ts';

export interface StatusView {
  readonly live: LiveSnapshot | undefined;
  readonly context: string;
  readonly namespace: string;
  /** The first pod in sight, and whether the keys are explained. */
  readonly top: number;
  readonly help: boolean;
}

interface Heights {
  readonly rollouts: number;
  readonly pods: number;
  readonly events: number;
}

const BORDER = 2;
const HEADING = 1;
const ROOMY = 34;

/** The whole screen of `rollbook status`, exactly as large as the terminal. */
export function statusRows(view: StatusView, size: Size, now: number): readonly Row[] {
  const { live, help, top } = view;
  const body: Area = { width: size.columns, height: size.rows - 2 };
  const place = help ? 'help' : 'status';
  return [
    headRow(view, size.columns, now),
    ...(help ? helpFrame(['status'], top, body) : panes(view, body, now)),
    hintRow(placeHints(place), size.columns),
  ].slice(0, live === undefined && size.rows < 3 ? 1 : size.rows);
}

/** How far the pods can be scrolled. */
export function statusLimit({ live }: Pick<StatusView, 'live'>, size: Size, now: number): number {
  if (live === undefined) return 0;
  return scrollLimit(live.pods.length, podsInSight(live, size, now));
}

export function podsInSight(live: LiveSnapshot, size: Size, now: number): number {
  return heights(live, { width: size.columns, height: size.rows - 2 }, now).pods - BORDER - HEADING;
}

function headRow({ live, context, namespace }: StatusView, width: number, now: number): Row {
  const where = row(
    span(' STATUS ', 'badge-preview'),
    span(' read-only  ', 'accent'),
    span(context, 'strong'),
    span(` ${glyphs.into} `, 'muted'),
    span(namespace, 'strong'),
  );
  return spread(where, row(...freshnessRow(live, now, true), ' '), width);
}

/** Rollouts have what they need, up to two fifths; the pods have the rest. */
function heights(live: LiveSnapshot, area: Area, now: number): Heights {
  const wanted = liveRows(live, area.width - 4, 0, now).length + BORDER;
  const rollouts = Math.min(wanted, Math.floor(area.height * 0.4));
  const events = area.height >= ROOMY ? 8 : 0;
  return { rollouts, events, pods: area.height - rollouts - events };
}

function panes({ live, top }: StatusView, area: Area, now: number): readonly Row[] {
  const { width } = area;
  const inner = width - 4;
  const frame = frames.preview;
  if (live === undefined) {
    const body = paragraph('Waiting for the first look at the cluster …', inner, 'muted');
    return framed({ ...area, frame, title: row(span('Pods', 'strong')), body });
  }
  const { rollouts, pods, events } = heights(live, area, now);
  const inSight = pods - BORDER - HEADING;
  const from = Math.min(top, scrollLimit(live.pods.length, inSight));
  const seen = live.pods.slice(from, from + inSight);
  const lines = podRows({ ...live, pods: seen, podCount: seen.length }, inner, now);
  const unshown = live.podCount - live.pods.length;
  const below = live.pods.length - from - seen.length;
  return [
    ...framed({
      width,
      height: rollouts,
      frame,
      title: row(span('Rollouts', 'strong'), span(`  ${live.workloads.length}`, 'muted')),
      body: liveRows(live, inner, 0, now),
    }),
    ...framed({
      width,
      height: pods,
      frame,
      focused: true,
      title: row(span('Pods', 'accent'), span(`  ${live.podsReady} of ${live.podCount} ready`, 'muted')),
      aside: unshown > 0 ? row(span(`the ${live.pods.length} worst are here`, 'muted')) : [],
      body: isFresh(live) ? lines : lines.map(faded),
      foot: scrollMarks({ rows: lines, above: from, below }),
    }),
    ...(events === 0
      ? []
      : framed({
          width,
          height: events,
          frame,
          title: row(span('Events', 'strong'), span('  newest first', 'muted')),
          body: eventRows(live.events.slice(0, events), inner, now),
        })),
  ];
}
