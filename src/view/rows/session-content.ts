import { currentStep } from '../../engine/select.ts';
import type { SessionState, StepState } from '../../engine/state.ts';
import { type OpenQuestion, openQuestion } from '../choices.ts';
import type { ScreenState } from '../store.ts';
import { paragraph, type Row } from '../text/row.ts';
import { fieldOf, type TextField } from '../text-field.ts';
import type { Pane } from '../ui.ts';
import { eventRows } from './event-rows.ts';
import { isFresh } from './freshness.ts';
import { faded, liveRows } from './live-rows.ts';
import { questionRows } from './question-rows.ts';
import { stepLines } from './step-list.ts';
import { stepRows } from './step-rows.ts';

export interface Space {
  readonly width: number;
  readonly height: number;
  readonly now: number;
}

/** The step in the middle of the screen: the one looked at, the one being undone, or the one whose turn it is. */
export function shownStep(state: ScreenState): StepState | undefined {
  const { session, ui } = state;
  if (session === undefined) return undefined;
  const id = ui.selected ?? session.undo?.step ?? session.current;
  const last = session.order.findLast((one) => session.steps[one]?.endedAt !== undefined);
  return session.steps[id ?? last ?? ''];
}

/** The open question, when it may be answered here: its own step is the one in sight. */
export function questionInSight(state: ScreenState): OpenQuestion | undefined {
  if (state.session === undefined || state.host !== 'there') return undefined;
  const question = openQuestion(state.session);
  return question !== undefined && shownStep(state)?.id === question.waiting.step.id ? question : undefined;
}

/** The open question's own step is not what the operator looks at: nothing is answered unseen. */
export function isLookingAway({ ui }: ScreenState, isNarrow: boolean): boolean {
  return ui.selected !== undefined || (isNarrow && ui.pane !== 'step');
}

/** Which choice is marked: the operator's, else the harmless first one; for a decision its default or none. */
export function focusOf(state: ScreenState, question: OpenQuestion): number {
  if (state.ui.focus?.question === question.key) return state.ui.focus.at;
  const { asks } = question;
  if (asks?.type !== 'decision') return 0;
  return asks.options.findIndex((option) => option.value === asks.default);
}

/** The line being typed for the question; a prompt has one as soon as it is asked. */
export function fieldFor(state: ScreenState, question: OpenQuestion): TextField | undefined {
  const { field, left } = state.ui;
  if (field?.question === question.key) return field.value;
  if (question.asks?.type !== 'prompt' || left === question.key) return undefined;
  return fieldOf(question.asks.default ?? '');
}

export function outputLines(state: ScreenState, step: StepState): readonly string[] {
  const text = state.outputs[step.id] ?? step.outputTail;
  return text === '' ? [] : text.replace(/\n$/, '').replaceAll('\t', '    ').split('\n').slice(-5000);
}

/** What stays in sight at the bottom of the step's pane. */
export function pinnedRows(state: ScreenState, width: number, height: number): readonly Row[] {
  const question = questionInSight(state);
  if (question === undefined) return [];
  const [focus, field] = [focusOf(state, question), fieldFor(state, question)];
  return questionRows(question, { width, height, focus, field }).slice(0, height);
}

/** All of a pane's rows, whatever is in sight of them. */
export function paneRows(state: ScreenState, pane: Pane, space: Space): readonly Row[] {
  const { session, live } = state;
  switch (pane) {
    case 'steps':
      return session === undefined ? [] : stepListRows(session, state.ui.selected, space);
    case 'step':
      return stepPaneRows(state, space);
    case 'live': {
      if (live === undefined)
        return paragraph('Waiting for the first look at the cluster …', space.width, 'muted');
      const rows = liveRows(live, space.width, space.height, space.now);
      return state.host === 'there' ? rows : rows.map(faded);
    }
    case 'events': {
      const rows = eventRows(live?.events ?? [], space.width, space.now);
      return isFresh(live) && state.host === 'there' ? rows : rows.map(faded);
    }
  }
}

function stepListRows(session: SessionState, selected: string | undefined, space: Space): readonly Row[] {
  return stepLines(session, { ...space, selected }).map(({ line }) => line);
}

function stepPaneRows(state: ScreenState, { width, height, now }: Space): readonly Row[] {
  const { session } = state;
  const step = shownStep(state);
  if (session === undefined) return paragraph('Connecting to the session …', width, 'muted');
  if (step === undefined) return [];
  const options = {
    width,
    now,
    holdingSince: state.holdingSince[step.id],
    output: outputLines(state, step),
    isHostGone: state.host !== 'there',
  };
  const rows = stepRows(session, step, options);
  const before = stepBefore(session, step);
  const isAsked = step.state === 'awaiting-confirmation' || step.state === 'awaiting-answer';
  if (before === undefined || !isAsked || step.id !== currentStep(session)?.id) return rows;
  const withBefore = stepRows(session, step, { ...options, before });
  return withBefore.length <= height ? withBefore : rows;
}

/** The step that ended just before this one: what it proved is what the next decision rests on. */
function stepBefore(session: SessionState, step: StepState): StepState | undefined {
  const done = session.order
    .flatMap((id) => session.steps[id] ?? [])
    .filter((one) => one.state === 'succeeded');
  const newest = done.toSorted((a, b) => (a.endedAt ?? '').localeCompare(b.endedAt ?? '')).at(-1);
  return newest?.id === step.id ? undefined : newest;
}
