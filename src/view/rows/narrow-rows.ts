import { progress } from '../../engine/select.ts';
import { openQuestion } from '../choices.ts';
import type { ScreenState } from '../store.ts';
import { type Row, row, rowWidth, span, spread } from '../text/row.ts';
import { glyphs } from '../theme.ts';
import { type Pane, panes } from '../ui.ts';
import { freshnessRow, isFresh } from './freshness.ts';
import { faded } from './live-rows.ts';
import { liveSummary } from './live-summary.ts';
import { shownStep } from './session-content.ts';
import { numberOf } from './step-name.ts';

const NAMES: Readonly<Record<Pane, string>> = {
  step: 'Step',
  steps: 'Steps',
  live: 'Live',
  events: 'Events',
};

/** The panes of a narrow screen as tabs, and the open question wherever the operator looks. */
export function tabsRow(state: ScreenState, width: number): Row {
  const { session, live, ui } = state;
  const counts: Readonly<Record<Pane, string>> = {
    step: session === undefined ? '' : numberOf(session, shownStep(state)?.id ?? ''),
    steps:
      session === undefined
        ? ''
        : `${progress(session).done + progress(session).skipped}/${progress(session).total}`,
    live: live === undefined ? '' : `${live.podsReady}/${live.podCount}`,
    events: live === undefined ? '' : String(live.events.length),
  };
  const tabs = panes.flatMap((pane) => {
    const text = ` ${NAMES[pane]} ${counts[pane]} `;
    return [span(text, ui.pane === pane ? 'button' : 'muted'), span(' ')];
  });
  const question = session === undefined ? undefined : openQuestion(session);
  const waits =
    question === undefined || session === undefined || ui.pane === 'step'
      ? []
      : row(
          span(
            `${glyphs.turn} ${numberOf(session, question.waiting.step.id)} waits for you (esc) `,
            'accent',
          ),
        );
  return spread(row(' ', ...tabs), waits, width);
}

/** The live pane in one line. */
export function liveLine(state: ScreenState, width: number, now: number): Row {
  const fresh = row('  ', ...freshnessRow(state.live, now, state.host === 'there'), ' ');
  const summary = liveSummary(state.live, width - rowWidth(fresh) - 1, now);
  return spread(row(' ', ...(isFresh(state.live) ? summary : faded(summary))), fresh, width);
}
