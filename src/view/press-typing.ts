import type { Intent } from '../engine/intent.ts';
import type { OpenQuestion } from './choices.ts';
import type { Pressed } from './press.ts';
import { fieldFor, questionInSight } from './rows/session-content.ts';
import type { ScreenState } from './store.ts';
import { edit, insert, type TextField, textOf } from './text-field.ts';
import { type Over, say, without } from './ui.ts';

const isCharacter = (name: string, input: string) =>
  input !== '' &&
  !name.startsWith('ctrl+') &&
  !name.startsWith('alt+') &&
  (name === input || name === 'space');

function typed(field: TextField, name: string, input: string): TextField {
  return isCharacter(name, input) ? insert(field, input) : edit(field, name);
}

/** A key while a line of text is open: it edits, enter takes it, esc leaves it. */
export function pressTyping(state: ScreenState, name: string, input: string): Pressed {
  const { over } = state.ui;
  const enter = name === input ? input.search(/[\r\n]/) : -1;
  // A slow line delivers a word and the enter after it as one piece.
  if (enter > 0) {
    const { ui } = pressTyping(state, input.slice(0, enter), input.slice(0, enter));
    return pressTyping({ ...state, ui }, 'enter', '');
  }
  return over === undefined ? typeAnswer(state, name, input) : typeOver(state, over, name, input);
}

function typeOver(state: ScreenState, over: Over, name: string, input: string): Pressed {
  const { ui } = state;
  if (over.type === 'reader' && over.typing !== undefined) {
    const { typing, ...reader } = over;
    if (name === 'esc') return { ui: { ...ui, over: { ...reader, word: '' } } };
    if (name === 'enter')
      return { ui: { ...ui, over: { ...reader, word: textOf(typing), match: 0, follow: false } } };
    const next = typed(typing, name, input);
    return { ui: { ...ui, over: { ...over, typing: next, word: textOf(next), match: 0, follow: false } } };
  }
  if (over.type !== 'note' && over.type !== 'skip') return { ui };
  if (name === 'esc') return { ui: without(ui, 'over') };
  if (name !== 'enter') return { ui: { ...ui, over: { ...over, field: typed(over.field, name, input) } } };
  const text = textOf(over.field).trim();
  if (text === '')
    return { ui: say(ui, over.type === 'note' ? 'The note is empty.' : 'A reason is needed.', 'warn') };
  const step = state.session?.current;
  const ask: Intent =
    over.type === 'skip'
      ? { type: 'skip-step', step: over.step, reason: text }
      : { type: 'add-note', text, ...(step === undefined ? {} : { step }) };
  return { ui: without(ui, 'over'), ask };
}

function typeAnswer(state: ScreenState, name: string, input: string): Pressed {
  const { ui } = state;
  const question = questionInSight(state);
  const field = question === undefined ? undefined : fieldFor(state, question);
  if (question === undefined || field === undefined) return { ui };
  if (name === 'esc') return { ui: { ...without(ui, 'field'), left: question.key } };
  if (name === 'enter') return submit(state, question, textOf(field));
  return { ui: { ...ui, field: { question: question.key, value: typed(field, name, input) } } };
}

function submit(state: ScreenState, question: OpenQuestion, text: string): Pressed {
  const { ui } = state;
  const step = question.waiting.step.id;
  if (question.asks?.type === 'prompt') {
    const problem = whyNot(question.asks.pattern, text);
    if (problem !== undefined) return { ui: say(ui, problem, 'warn') };
    return { ui: without(ui, 'field'), ask: { type: 'answer-step', step, value: text } };
  }
  if (text !== question.word)
    return { ui: say(ui, `Not the same as ${question.word}; nothing was done.`, 'warn') };
  const type = question.waiting.for === 'undo-confirmation' ? 'confirm-undo' : 'confirm-step';
  return { ui: without(ui, 'field'), ask: { type, step, planHash: question.planHash ?? '', typed: text } };
}

function whyNot(pattern: string | undefined, text: string): string | undefined {
  if (text === '') return 'An answer is needed.';
  if (pattern === undefined) return undefined;
  return new RegExp(`^(?:${pattern})$`, 'u').test(text) ? undefined : `The answer must look like ${pattern}.`;
}
