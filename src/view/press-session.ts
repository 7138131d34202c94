import type { Intent } from '../engine/intent.ts';
import { allowedIntents, currentStep, lastUndoable } from '../engine/select.ts';
import type { SessionState } from '../engine/state.ts';
import { type OpenQuestion, openQuestion } from './choices.ts';
import { type Action, bindings } from './keymap.ts';
import { layoutFor } from './layout.ts';
import type { Pressed, Surroundings } from './press.ts';
import { paneExtent } from './rows/pane-frames.ts';
import { focusOf, questionInSight, shownStep } from './rows/session-content.ts';
import type { ScreenState } from './store.ts';
import { scrollLimit } from './text/frame.ts';
import { emptyField } from './text-field.ts';
import { panes, say, type Ui, without } from './ui.ts';

/** A key on the session's own screen. */
export function pressSession(
  state: ScreenState,
  action: Action,
  name: string,
  around: Surroundings,
): Pressed {
  const { ui, session } = state;
  switch (action) {
    case 'help':
      return { ui: { ...ui, over: { type: 'help', top: 0 } } };
    case 'pods':
    case 'links':
      return { ui: { ...ui, over: { type: action, top: 0 } } };
    case 'details':
    case 'output':
      return { ui: read(state, action) };
    case 'next-pane':
    case 'previous-pane': {
      const turn = action === 'next-pane' ? 1 : panes.length - 1;
      return { ui: { ...ui, pane: panes[(panes.indexOf(ui.pane) + turn) % panes.length] ?? 'step' } };
    }
    case 'close':
      return {
        ui:
          ui.selected === undefined ? { ...ui, pane: 'step' } : { ...without(ui, 'selected'), pane: 'step' },
      };
    case 'leave':
      return state.host === 'there'
        ? { ui: { ...ui, over: { type: 'leave', focus: 0 } } }
        : { ui, leave: true };
    case 'up':
    case 'down':
    case 'page-up':
    case 'page-down':
    case 'top':
    case 'bottom':
      return { ui: moved(state, action, around) };
    case 'mark':
      return { ui: marked(state, Number(name) - 1) };
  }
  if (session === undefined || state.host !== 'there') return { ui };
  return act(state, session, action, name);
}

function read({ ui, ...state }: ScreenState, what: 'details' | 'output'): Ui {
  const step = shownStep({ ui, ...state });
  if (step === undefined) return ui;
  const follow = what === 'output';
  return { ...ui, over: { type: 'reader', what, step: step.id, top: 0, follow, word: '', match: 0 } };
}

/** Keys that ask something of the engine, as long as it allows it. */
function act(state: ScreenState, session: SessionState, action: Action, name: string): Pressed {
  const { ui } = state;
  const allowed = allowedIntents(session);
  const binding = bindings.find((one) => one.action === action && one.keys.includes(name));
  if (binding?.intents !== undefined && !binding.intents.some((intent) => allowed.has(intent))) return { ui };
  const current = currentStep(session);
  switch (action) {
    case 'note':
      return { ui: { ...ui, over: { type: 'note', field: emptyField } } };
    case 'abort':
      return { ui: { ...ui, over: { type: 'abort', focus: 0 } } };
    case 'skip':
      return current === undefined
        ? { ui }
        : { ui: { ...ui, over: { type: 'skip', step: current.id, field: emptyField } } };
    case 'undo': {
      const step = lastUndoable(session);
      return step === undefined ? { ui } : { ui: without(ui, 'selected'), ask: { type: 'undo-step', step } };
    }
    case 'stop':
      return current === undefined ? { ui } : { ui, ask: { type: 'cancel-step', step: current.id } };
    case 'again':
      return again(state, session, allowed);
    default:
      return answer(state, session, action);
  }
}

function again(state: ScreenState, session: SessionState, allowed: ReadonlySet<Intent['type']>): Pressed {
  const { ui } = state;
  if (session.undo?.phase === 'failed') return { ui, ask: { type: 'undo-step', step: session.undo.step } };
  if (session.current === undefined) return { ui };
  const type = allowed.has('retry-step') ? 'retry-step' : 'replan-step';
  return { ui, ask: { type, step: session.current } };
}

/** The answers: only to a question that is in sight. */
function answer(state: ScreenState, session: SessionState, action: Action): Pressed {
  const { ui } = state;
  const question = questionInSight(state);
  if (question === undefined) {
    const isAsked = openQuestion(session) !== undefined;
    return { ui: isAsked ? say(ui, 'Another step waits for you: esc goes to it.', 'warn') : ui };
  }
  const focus = focusOf(state, question);
  switch (action) {
    case 'previous-choice':
    case 'next-choice': {
      const step = action === 'next-choice' ? 1 : -1;
      const at = Math.min(question.choices.length - 1, Math.max(0, focus + step));
      return { ui: { ...ui, pane: 'step', focus: { question: question.key, at } } };
    }
    case 'choose':
      return question.asks?.type === 'decision'
        ? decide(ui, question, focus)
        : take(state, session, question, focus);
    case 'confirm':
      return confirm(ui, question);
    case 'accept':
      return { ui, ask: { type: 'accept-step', step: question.waiting.step.id } };
    default:
      return { ui };
  }
}

function take(state: ScreenState, session: SessionState, question: OpenQuestion, focus: number): Pressed {
  const { ui } = state;
  const action = question.choices[focus]?.action;
  if (action === undefined) return { ui };
  if (action === 'confirm') return confirm(ui, question);
  if (action === 'accept') return answer(state, session, 'accept');
  if (action === 'details') return { ui: read(state, 'details') };
  if (action !== 'cancel')
    return act(state, session, action, bindings.find((one) => one.action === action)?.keys[0] ?? '');
  const isUndo = session.undo !== undefined;
  if (isUndo) return { ui, ask: { type: 'decline-undo', step: question.waiting.step.id } };
  return { ui: say(ui, 'Nothing was done. The step still waits for you.') };
}

function confirm(ui: Ui, question: OpenQuestion): Pressed {
  const { waiting, planHash = '', asks, word } = question;
  const step = waiting.step.id;
  if (asks?.type === 'decision') return { ui: say(ui, 'Choose with the arrows, then enter.') };
  if (asks?.type === 'prompt' || word !== undefined) {
    return {
      ui: { ...without(ui, 'left'), pane: 'step', field: { question: question.key, value: emptyField } },
    };
  }
  switch (waiting.for) {
    case 'confirmation':
      return { ui, ask: { type: 'confirm-step', step, planHash } };
    case 'undo-confirmation':
      return { ui, ask: { type: 'confirm-undo', step, planHash } };
    case 'answer':
      return { ui, ask: { type: 'answer-step', step, value: 'done' } };
    default:
      return { ui };
  }
}

function decide(ui: Ui, question: OpenQuestion, focus: number): Pressed {
  const option = question.asks?.type === 'decision' ? question.asks.options[focus] : undefined;
  if (option === undefined) return { ui: say(ui, 'Mark an answer with the arrows first.') };
  return { ui, ask: { type: 'answer-step', step: question.waiting.step.id, value: option.value } };
}

type Motion = 'up' | 'down' | 'page-up' | 'page-down' | 'top' | 'bottom';

export function scrolled(top: number, motion: Motion, total: number, height: number): number {
  const limit = scrollLimit(total, height);
  const to = {
    up: top - 1,
    down: top + 1,
    'page-up': top - Math.max(1, height - 1),
    'page-down': top + Math.max(1, height - 1),
    top: 0,
    bottom: limit,
  }[motion];
  return Math.min(limit, Math.max(0, to));
}

/** The arrows: over the answers of a decision, over the steps, else over the lines of the marked pane. */
function moved(state: ScreenState, motion: Motion, { size, now }: Surroundings): Ui {
  const { ui } = state;
  const question = questionInSight(state);
  const isLine = motion === 'up' || motion === 'down';
  if (ui.pane === 'step' && isLine && question?.asks?.type === 'decision') {
    const at = focusOf(state, question) + (motion === 'down' ? 1 : -1);
    const last = question.choices.length - 1;
    return { ...ui, focus: { question: question.key, at: Math.min(last, Math.max(0, at)) } };
  }
  if (ui.pane === 'steps') return selected(state, motion);
  const area = layoutFor(size, 1).panes[ui.pane];
  const { total, height } = paneExtent(state, ui.pane, { area, now, focused: true });
  const top = scrolled(Math.min(ui.tops[ui.pane], scrollLimit(total, height)), motion, total, height);
  return { ...ui, tops: { ...ui.tops, [ui.pane]: top } };
}

/** The answer of that number is marked, and given by nothing but enter. */
function marked(state: ScreenState, at: number): Ui {
  const { ui } = state;
  const question = questionInSight(state);
  if (question?.asks?.type !== 'decision' || at >= question.choices.length) return ui;
  return { ...ui, pane: 'step', focus: { question: question.key, at } };
}

function selected(state: ScreenState, motion: Motion): Ui {
  const { ui, session } = state;
  if (session === undefined) return ui;
  const at = session.order.indexOf(shownStep(state)?.id ?? '');
  const to = scrolled(at, motion, session.order.length, 1);
  const id =
    session.order[
      motion === 'page-up' || motion === 'page-down' ? scrolled(at, motion, session.order.length, 6) : to
    ];
  if (id === undefined) return ui;
  const own = session.undo?.step ?? session.current;
  return id === own ? without(ui, 'selected') : { ...ui, selected: id };
}
