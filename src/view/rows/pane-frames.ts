import { currentStep, progress, titleOf } from '../../engine/select.ts';
import type { SessionState } from '../../engine/state.ts';
import type { Area } from '../layout.ts';
import type { ScreenState } from '../store.ts';
import { framed, scrollMarks, topToShow, viewport } from '../text/frame.ts';
import { blank, type Row, row, span } from '../text/row.ts';
import { frames, glyphs } from '../theme.ts';
import type { Pane } from '../ui.ts';
import { freshnessRow } from './freshness.ts';
import { paneRows, pinnedRows, questionInSight, shownStep } from './session-content.ts';
import { faceOf } from './step-face.ts';
import { stepLines } from './step-list.ts';
import { numberOf } from './step-name.ts';

export interface PaneOptions {
  readonly area: Area;
  readonly now: number;
  readonly focused: boolean;
}

/** One pane with its border, exactly as large as its area. */
export function paneFrame(state: ScreenState, pane: Pane, options: PaneOptions): readonly Row[] {
  const { area, now, focused } = options;
  const inner = { width: area.width - 4, height: area.height - 2, now };
  const mode = state.session?.world.mode ?? 'incident';
  const pinned = pane === 'step' ? pinnedIn(state, inner) : [];
  const room = inner.height - (pinned.length === 0 ? 0 : pinned.length + 1);
  const rows = paneRows(state, pane, { ...inner, height: room });
  const seen = viewport(rows, room, topOf(state, pane, rows.length, { ...inner, height: room }));
  const filled = [...seen.rows, ...Array.from({ length: room - seen.rows.length }, () => blank)];
  return framed({
    ...area,
    frame: frames[mode],
    focused,
    title: titleFor(state, pane),
    aside: asideFor(state, pane, now),
    body:
      pinned.length === 0
        ? filled
        : [...filled, row(span(glyphs.rule.repeat(inner.width), 'border')), ...pinned],
    foot: pane === 'steps' ? blank : scrollMarks(seen),
  });
}

/** The question, with some rows left for what it is about. */
function pinnedIn(
  state: ScreenState,
  inner: { readonly width: number; readonly height: number },
): readonly Row[] {
  return pinnedRows(state, inner.width, Math.max(1, inner.height - 3));
}

/** The rows of a pane that are scrolled, and how many are in sight: where scrolling has to stop. */
export function paneExtent(
  state: ScreenState,
  pane: Pane,
  { area, now }: PaneOptions,
): { total: number; height: number } {
  const inner = { width: area.width - 4, height: area.height - 2, now };
  const pinned = pane === 'step' ? pinnedIn(state, inner).length : 0;
  const height = inner.height - (pinned === 0 ? 0 : pinned + 1);
  return { total: paneRows(state, pane, { ...inner, height }).length, height };
}

function topOf(
  state: ScreenState,
  pane: Pane,
  total: number,
  space: { readonly width: number; readonly height: number; readonly now: number },
): number {
  if (pane !== 'steps' || state.session === undefined) return state.ui.tops[pane];
  const shown = shownStep(state)?.id;
  const lines = stepLines(state.session, { ...space, selected: state.ui.selected });
  const at = lines.findIndex(({ ids }) => shown !== undefined && ids.includes(shown));
  return topToShow(Math.max(0, at), total, space.height);
}

function titleFor(state: ScreenState, pane: Pane): Row {
  const { session, live, ui } = state;
  const name = (text: string): Row => row(span(text, ui.pane === pane ? 'accent' : 'strong'));
  switch (pane) {
    case 'steps':
      return row(...name('Steps'), span(session === undefined ? '' : `  ${doneText(session)}`, 'muted'));
    case 'live':
      return row(
        ...name('Live'),
        span(live === undefined ? '' : `  ${live.podCount} pods, ${live.podsReady} ready`, 'muted'),
      );
    case 'events':
      return row(...name('Events'), span('  newest first', 'muted'));
    case 'step': {
      const step = shownStep(state);
      if (session === undefined || step === undefined) return name('Step');
      return row(...name(`${numberOf(session, step.id)}  ${titleOf(session, step.id)}`));
    }
  }
}

function doneText(session: SessionState): string {
  const { done, total, skipped } = progress(session);
  return `${done + skipped} of ${total}`;
}

function asideFor(state: ScreenState, pane: Pane, now: number): Row {
  const { session, live } = state;
  if (pane === 'live' || pane === 'events') {
    return freshnessRow(live, now, state.host === 'there', pane === 'events');
  }
  const step = shownStep(state);
  if (pane !== 'step' || session === undefined || step === undefined) return blank;
  const current = session.undo?.step ?? currentStep(session)?.id;
  if (state.ui.selected !== undefined && state.ui.selected !== current && current !== undefined) {
    return row(span(`esc: back to ${numberOf(session, current)}`, 'warn'));
  }
  if (session.status === 'paused') return row(span(`paused: ${session.pausedBecause ?? ''}`, 'warn'));
  if (state.host !== 'there' && session.status !== 'ended')
    return row(span(`${glyphs.gone} host gone`, 'bad'));
  const face = faceOf(session, step, now);
  const isWaiting = questionInSight(state) !== undefined;
  const word = isWaiting && face.word === 'your turn' ? 'waits for you' : face.word;
  if (word === '') return blank;
  const isUnderWay = step.state === 'running' || step.state === 'verifying';
  return row(
    span(`${face.glyph} ${word}`, face.tone),
    ...(isUnderWay && face.time !== '' ? [span(`  ${face.time}`, 'muted')] : []),
  );
}
