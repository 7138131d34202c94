import type { Intent } from '../engine/intent.ts';
import type { Action } from './keymap.ts';
import type { Pressed, Surroundings } from './press.ts';
import { scrolled } from './press-session.ts';
import { dialogChoices } from './rows/over-rows.ts';
import { matchesIn, overExtent } from './rows/reader-rows.ts';
import { shownStep } from './rows/session-content.ts';
import type { ScreenState } from './store.ts';
import { emptyField } from './text-field.ts';
import { initialUi, type Over, type Reader, type Ui, without } from './ui.ts';

/** A key while something lies over the session's panes, or when the session has ended. */
export function pressOver(state: ScreenState, action: Action, _name: string, around: Surroundings): Pressed {
  const { ui } = state;
  const { over } = ui;
  switch (action) {
    case 'close':
    case 'shut':
      return { ui: without(ui, 'over') };
    case 'leave':
      return { ui, leave: true };
    case 'help':
      return { ui: { ...ui, over: { type: 'help', top: 0 } } };
    case 'note':
      return { ui: { ...ui, over: { type: 'note', field: emptyField } } };
    case 'output': {
      const step = shownStep(state);
      if (step === undefined) return { ui };
      return {
        ui: {
          ...ui,
          over: { type: 'reader', what: 'output', step: step.id, top: 0, follow: true, word: '', match: 0 },
        },
      };
    }
    case 'up':
    case 'down':
      return over?.type === 'abort' || over?.type === 'leave'
        ? { ui: focused(state, over, action === 'down' ? 1 : -1) }
        : { ui: scrolledOver(state, action, around) };
    case 'page-up':
    case 'page-down':
    case 'top':
    case 'bottom':
      return { ui: scrolledOver(state, action, around) };
    case 'previous-choice':
    case 'next-choice':
      return over?.type === 'abort' || over?.type === 'leave'
        ? { ui: focused(state, over, action === 'next-choice' ? 1 : -1) }
        : { ui };
    case 'choose':
      return chosen(state);
    case 'find':
      return over?.type === 'reader'
        ? { ui: { ...ui, over: { ...over, typing: emptyField, word: '', match: 0 } } }
        : { ui };
    case 'follow':
      return over?.type === 'reader' ? { ui: { ...ui, over: { ...over, follow: !over.follow } } } : { ui };
    case 'next-match':
    case 'previous-match':
      return over?.type === 'reader'
        ? { ui: toMatch(state, over, action === 'next-match' ? 1 : -1, around) }
        : { ui };
    default:
      return { ui };
  }
}

function focused(state: ScreenState, over: Extract<Over, { focus: number }>, step: number): Ui {
  const last = dialogChoices(over, state.session).length - 1;
  return { ...state.ui, over: { ...over, focus: Math.min(last, Math.max(0, over.focus + step)) } };
}

function chosen(state: ScreenState): Pressed {
  const { over } = state.ui;
  const ui = without(state.ui, 'over');
  if (over?.type === 'leave') return over.focus === 1 ? { ui, leave: true } : { ui };
  if (over?.type !== 'abort' || over.focus === 0) return { ui };
  const ask: Intent = {
    type: 'abort-session',
    undo: dialogChoices(over, state.session).length === 3 && over.focus === 1,
  };
  return { ui: { ...ui, pane: initialUi.pane }, ask };
}

type Motion = Parameters<typeof scrolled>[1];

function scrolledOver(state: ScreenState, motion: Motion, around: Surroundings): Ui {
  const { ui } = state;
  const { over } = ui;
  const { total, height, top } = overExtent(state, around);
  const next = scrolled(top, motion, total, height);
  if (over === undefined) return { ...ui, tops: { ...ui.tops, summary: next } };
  if (over.type === 'reader') {
    const isEnd = motion === 'bottom' || next >= total - height;
    return { ...ui, over: { ...over, top: next, follow: over.what === 'output' && isEnd } };
  }
  return over.type === 'help' || over.type === 'pods' || over.type === 'links'
    ? { ...ui, over: { ...over, top: next } }
    : ui;
}

function toMatch(state: ScreenState, over: Reader, step: number, around: Surroundings): Ui {
  const count = matchesIn(state, over, around.size.columns - 4, around.now).length;
  if (count === 0) return state.ui;
  return { ...state.ui, over: { ...over, follow: false, match: (over.match + step + count) % count } };
}
