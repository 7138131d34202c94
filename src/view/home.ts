import type { SessionEnd, SessionMode } from '../engine/event.ts';
import type { InputSpec, Runbook } from '../runbook/runbook.ts';
import { formFor, type HomeForm } from './home-form.ts';
import { emptyField, type TextField, textOf } from './text-field.ts';

/** A runbook on the home screen. */
export interface HomeRunbook {
  readonly runbook: Runbook;
  readonly scenarios: readonly { readonly id: string; readonly title: string }[];
  readonly lastRun?: HomeRun;
  readonly lastDrill?: HomeRun;
}

export interface HomeRun {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly outcome?: SessionEnd;
}

/** A session that can be gone on with. */
export interface HomeSession {
  readonly id: string;
  readonly title: string;
  readonly mode: SessionMode;
  readonly context?: string;
  /** running: its host is at work and a screen can attach; paused: it can be resumed. */
  readonly status: 'running' | 'paused';
  /** ISO 8601, UTC: the last thing that happened. */
  readonly at: string;
  /** Where it stands: '3.1 Send frontend traffic to blue'. */
  readonly where?: string;
}

/** Where enter would begin a session: the context that kubectl would use. */
export interface HomeTarget {
  readonly context: string;
  readonly namespace?: string;
  readonly production: boolean;
}

export interface HomeModel {
  readonly version: string;
  /** Absent: there is no cluster to work in. */
  readonly target?: HomeTarget;
  readonly runbooks: readonly HomeRunbook[];
  /** Newest first. */
  readonly sessions: readonly HomeSession[];
  /** Files that could not be read, a sentence each. */
  readonly problems: readonly string[];
  /** Why a value that was typed for an input is not taken, a sentence. */
  check(spec: InputSpec, text: string): string | undefined;
}

export type HomeChoice =
  | {
      readonly action: 'run' | 'preview';
      readonly runbook: Runbook;
      /** Inputs that had to be asked for, as they were typed. */
      readonly given?: Readonly<Record<string, string>>;
    }
  | { readonly action: 'drill'; readonly runbook: Runbook; readonly scenario: string }
  | { readonly action: 'resume' | 'attach'; readonly session: string }
  | { readonly action: 'quit' };

export interface HomeState {
  /** Among the sessions first, then the runbooks. */
  readonly at: number;
  /** The word that the list is cut down to. */
  readonly word: string;
  readonly typing?: TextField;
  readonly over?:
    | { readonly type: 'help'; readonly top: number }
    | { readonly type: 'drill'; readonly focus: number }
    | HomeForm;
  readonly notice?: string;
}

export function initialHome(model: HomeModel): HomeState {
  return { at: model.sessions.length, word: '' };
}

export interface HomeItems {
  readonly sessions: readonly HomeSession[];
  readonly runbooks: readonly HomeRunbook[];
  readonly at: number;
  readonly session: HomeSession | undefined;
  readonly runbook: HomeRunbook | undefined;
}

/** What is listed, and which of it is chosen. */
export function homeItems(model: HomeModel, state: HomeState): HomeItems {
  const word = (state.typing === undefined ? state.word : textOf(state.typing)).toLowerCase();
  const holds = (...texts: readonly (string | undefined)[]) =>
    texts.some((text) => text?.toLowerCase().includes(word) ?? false);
  const runbooks = model.runbooks.filter(({ runbook }) =>
    holds(runbook.title, runbook.id, runbook.description),
  );
  const { sessions } = model;
  const at = Math.max(0, Math.min(state.at, sessions.length + runbooks.length - 1));
  return { sessions, runbooks, at, session: sessions[at], runbook: runbooks[at - sessions.length] };
}

export interface HomePressed {
  readonly state: HomeState;
  readonly choice?: HomeChoice;
}

/** One key on the home screen; `action` is what the keymap says it means there. */
export function pressHome(model: HomeModel, before: HomeState, action: string | undefined): HomePressed {
  const { notice: _said, ...state } = before;
  const items = homeItems(model, state);
  const { session, runbook } = items;
  if (state.over?.type === 'drill') return pressDrill(state, items, action);
  switch (action) {
    case 'up':
    case 'down': {
      const last = items.sessions.length + items.runbooks.length - 1;
      const at = Math.max(0, Math.min(last, items.at + (action === 'down' ? 1 : -1)));
      return { state: { ...state, at } };
    }
    case 'run':
      if (session !== undefined) return { state, choice: goOn(session) };
      return runbook === undefined ? { state } : begin(state, action, runbook.runbook);
    case 'preview':
      return runbook === undefined ? pickFirst(state) : begin(state, action, runbook.runbook);
    case 'drill':
      if (runbook === undefined) return pickFirst(state);
      return runbook.scenarios.length === 0
        ? { state: { ...state, notice: 'This runbook has no drills.' } }
        : { state: { ...state, over: { type: 'drill', focus: 0 } } };
    case 'resume': {
      const newest = session ?? model.sessions[0];
      return newest === undefined
        ? { state: { ...state, notice: 'No session waits to be gone on with.' } }
        : { state, choice: goOn(newest) };
    }
    case 'find':
      return { state: { ...state, typing: emptyField, at: model.sessions.length } };
    case 'close':
      return { state: { ...state, word: '' } };
    case 'help':
      return { state: { ...state, over: { type: 'help', top: 0 } } };
    case 'leave':
      return { state, choice: { action: 'quit' } };
    default:
      return { state };
  }
}

/** At once, or after what the runbook has to be told. */
function begin(state: HomeState, action: HomeForm['action'], runbook: Runbook): HomePressed {
  const form = formFor(action, runbook);
  return form === undefined ? { state, choice: { action, runbook } } : { state: { ...state, over: form } };
}

function goOn(session: HomeSession): HomeChoice {
  return { action: session.status === 'running' ? 'attach' : 'resume', session: session.id };
}

function pickFirst(state: HomeState): HomePressed {
  return { state: { ...state, notice: 'Choose a runbook first: down.' } };
}

function pressDrill(state: HomeState, { runbook }: HomeItems, action: string | undefined): HomePressed {
  const { over, ...closed } = state;
  if (over?.type !== 'drill' || runbook === undefined) return { state: closed };
  const last = runbook.scenarios.length - 1;
  switch (action) {
    case 'up':
    case 'down': {
      const focus = Math.max(0, Math.min(last, over.focus + (action === 'down' ? 1 : -1)));
      return { state: { ...state, over: { type: 'drill', focus } } };
    }
    case 'choose': {
      const scenario = runbook.scenarios[over.focus]?.id;
      if (scenario === undefined) return { state: closed };
      return { state: closed, choice: { action: 'drill', runbook: runbook.runbook, scenario } };
    }
    case 'close':
      return { state: closed };
    default:
      return { state };
  }
}
