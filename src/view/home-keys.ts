import type { Place } from './binding.ts';
import type { HomeModel, HomePressed, HomeState } from './home.ts';
import { type HomeForm, pressForm } from './home-form.ts';
import { edit, insert, textOf } from './text-field.ts';

/** Where keys go now. */
export function homePlace(state: HomeState): Place {
  if (state.typing !== undefined || state.over?.type === 'form') return 'typing';
  if (state.over?.type === 'help') return 'help';
  return state.over?.type === 'drill' ? 'dialog' : 'home';
}

/** A key while a word is typed to find a runbook. */
export function typeHome(state: HomeState, name: string, input: string): HomeState {
  const { typing, ...rest } = state;
  if (typing === undefined || name === 'esc') return { ...rest, word: '' };
  if (name === 'enter') return { ...rest, word: textOf(typing) };
  const isText = name === input || name === 'space';
  return { ...state, typing: isText ? insert(typing, input) : edit(typing, name) };
}

/** A key while help is open. */
export function pressHelp(state: HomeState, action: string | undefined): HomeState {
  const { over, ...closed } = state;
  if (over?.type !== 'help' || action === 'close' || action === 'shut') return closed;
  const step = { up: -1, down: 1, 'page-up': -10, 'page-down': 10 }[action ?? ''] ?? 0;
  return { ...state, over: { type: 'help', top: Math.max(0, over.top + step) } };
}

/** A key while a runbook's form is open. */
export function typeForm(
  model: HomeModel,
  state: HomeState,
  form: HomeForm,
  key: { readonly name: string; readonly input: string },
): HomePressed {
  const { over: _form, ...closed } = state;
  const pressed = pressForm(form, key.name, key.input, model.check);
  switch (pressed.to) {
    case 'form':
      return { state: { ...state, over: pressed.form } };
    case 'home':
      return { state: closed };
    case 'begin': {
      const { action, runbook } = form;
      return { state: closed, choice: { action, runbook, given: pressed.given } };
    }
  }
}
