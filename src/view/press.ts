import type { Intent } from '../engine/intent.ts';
import type { Place } from './binding.ts';
import { bindingFor } from './keys.ts';
import { isNarrow, type Size } from './layout.ts';
import { pressOver } from './press-over.ts';
import { pressSession } from './press-session.ts';
import { pressTyping } from './press-typing.ts';
import { fieldFor, isLookingAway, questionInSight } from './rows/session-content.ts';
import type { ScreenState } from './store.ts';
import { insert } from './text-field.ts';
import { say, type Ui, without } from './ui.ts';

export interface Surroundings {
  readonly size: Size;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What a key leads to: another look, something asked of the engine, or leaving. */
export interface Pressed {
  readonly ui: Ui;
  readonly ask?: Intent;
  readonly leave?: true;
}

/** A question must have been in sight this long before a key may answer it: keys typed ahead answer nothing. */
export const SETTLE_MS = 250;

/** Where keys go now. */
export function placeOf(state: ScreenState, isNarrow: boolean): Place {
  const { over, pane } = state.ui;
  switch (over?.type) {
    case 'help':
    case 'pods':
    case 'links':
      return over.type;
    case 'reader':
      return over.typing === undefined ? 'reader' : 'typing';
    case 'note':
    case 'skip':
      return 'typing';
    case 'abort':
    case 'leave':
      return 'dialog';
    case undefined:
      break;
  }
  if (state.session?.status === 'ended') return 'summary';
  const question = questionInSight(state);
  const isTyping = question !== undefined && fieldFor(state, question) !== undefined;
  return isTyping && (pane === 'step' || !isNarrow) ? 'typing' : 'session';
}

/** One key. `name` is its name in the keymap, `input` the character it typed. */
export function press(state: ScreenState, name: string, input: string, around: Surroundings): Pressed {
  const place = placeOf(state, isNarrow(around.size));
  const ui = without(state.ui, 'notice', 'interrupted');
  const binding = bindingFor(place, name);
  if (binding?.action === 'interrupt') return interrupt(state);
  if (binding?.dangerous && isUnsettled(state, around.now)) return { ui };
  const settled = { ...state, ui };
  if (place === 'typing') return pressTyping(settled, name, input);
  if (binding === undefined) return { ui };
  if (ui.over !== undefined || place === 'summary') return pressOver(settled, binding.action, name, around);
  if (binding.group === 'Answer' && isLookingAway(settled, isNarrow(around.size))) {
    return { ui: say(ui, 'First look at the step that waits: esc.', 'warn') };
  }
  return pressSession(settled, binding.action, name, around);
}

/** What was pasted goes into a line of text and nowhere else: it can never confirm anything. */
export function paste(state: ScreenState, text: string, isNarrowScreen: boolean): Ui {
  if (placeOf(state, isNarrowScreen) !== 'typing') {
    return say(state.ui, 'Pasted text is ignored here: keys are taken one at a time.', 'warn');
  }
  const { over } = state.ui;
  if (over?.type === 'note' || over?.type === 'skip') {
    return { ...state.ui, over: { ...over, field: insert(over.field, text) } };
  }
  if (over?.type === 'reader' && over.typing !== undefined) {
    return { ...state.ui, over: { ...over, typing: insert(over.typing, text) } };
  }
  const question = questionInSight(state);
  const field = question === undefined ? undefined : fieldFor(state, question);
  if (question === undefined || field === undefined) return state.ui;
  if (question.word !== undefined) return say(state.ui, 'Type it: a pasted name confirms nothing.', 'warn');
  return { ...state.ui, field: { question: question.key, value: insert(field, text) } };
}

function isUnsettled({ asked }: ScreenState, now: number): boolean {
  return asked !== undefined && now - asked.since < SETTLE_MS;
}

function interrupt(state: ScreenState): Pressed {
  if (state.ui.interrupted || state.host !== 'there') return { ui: state.ui, leave: true };
  return {
    ui: {
      ...say(state.ui, 'ctrl-c again leaves this screen; the session goes on', 'warn'),
      interrupted: true,
    },
  };
}
