import type { LiveSnapshot } from '../cluster/live.ts';
import type { Event } from '../engine/event.ts';
import { reduce } from '../engine/reduce.ts';
import type { SessionState } from '../engine/state.ts';
import type { FromHost } from '../host/protocol.ts';
import { openQuestion } from './choices.ts';
import { initialUi, say, type Ui } from './ui.ts';

/** Why nothing more comes: the session ended, was paused and its host left, or the host died. */
export type HostGone = 'ended' | 'paused' | 'lost';

/** All that a screen shows. Replaced, never changed; parts that stay the same keep their identity. */
export interface ScreenState {
  readonly session: SessionState | undefined;
  readonly sessionId: string;
  readonly folder: string;
  readonly host: 'there' | HostGone;
  readonly live: LiveSnapshot | undefined;
  /** The end of what each step printed. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Since when what a step verifies has held, in milliseconds since the epoch. */
  readonly holdingSince: Readonly<Record<string, number>>;
  /** The open question, and when it came on the screen. */
  readonly asked: { readonly key: string; readonly since: number } | undefined;
  readonly ui: Ui;
}

export interface ScreenStore {
  snapshot(): ScreenState;
  subscribe(listener: () => void): () => void;
  receive(message: FromHost): void;
  hostGone(how: HostGone): void;
  update(ui: Ui): void;
  /** Drops what is still waiting to be shown. */
  close(): void;
}

export interface StoreOptions {
  readonly folder: string;
  readonly now: () => number;
  /** Runs `flush` after `ms`, once; returns how to call it off. */
  readonly later: (flush: () => void, ms: number) => () => void;
}

/** Live data is shown at most this often; keys and the session's own events at once. */
const FLUSH_MS = 100;
const OUTPUT_KEPT = 256 * 1024;

export function createScreenStore({ folder, now, later }: StoreOptions): ScreenStore {
  let shown: ScreenState = {
    session: undefined,
    sessionId: '',
    folder,
    host: 'there',
    live: undefined,
    outputs: {},
    holdingSince: {},
    asked: undefined,
    ui: initialUi,
  };
  let live: LiveSnapshot | undefined;
  let printed: Record<string, string> = {};
  let callOff: (() => void) | undefined;
  const listeners = new Set<() => void>();

  function flush(change: Partial<ScreenState> = {}): void {
    callOff?.();
    callOff = undefined;
    const outputs = Object.keys(printed).length === 0 ? shown.outputs : { ...shown.outputs, ...printed };
    printed = {};
    const next = { ...shown, live, outputs, ...change };
    const isSame = (Object.keys(next) as (keyof ScreenState)[]).every((name) => next[name] === shown[name]);
    if (isSame) return;
    shown = next.session === shown.session ? next : { ...next, asked: asked(next, now()) };
    for (const listener of listeners) listener();
  }

  function soon(): void {
    callOff ??= later(() => {
      callOff = undefined;
      flush();
    }, FLUSH_MS);
  }

  return {
    snapshot: () => shown,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    receive(message) {
      switch (message.type) {
        case 'hello':
          return flush({ sessionId: message.session, folder: message.folder });
        case 'events':
          return flush(folded(shown, message.events));
        case 'live':
          live = message.snapshot;
          return soon();
        case 'output': {
          const before = printed[message.step] ?? shown.outputs[message.step] ?? '';
          printed[message.step] = (before + message.text).slice(-OUTPUT_KEPT);
          return soon();
        }
        case 'failed':
          return flush({ ui: say(shown.ui, message.message, 'bad') });
        case 'accepted':
        case 'refused':
          return;
      }
    },
    hostGone: (host) => flush({ host }),
    update: (ui) => flush({ ui }),
    close() {
      callOff?.();
      listeners.clear();
    },
  };
}

function asked(state: ScreenState, now: number): ScreenState['asked'] {
  const key = state.session === undefined ? undefined : openQuestion(state.session)?.key;
  if (key === undefined) return undefined;
  return state.asked?.key === key ? state.asked : { key, since: now };
}

function folded(shown: ScreenState, events: readonly Event[]): Partial<ScreenState> {
  let session = shown.session;
  let holdingSince = shown.holdingSince;
  for (const event of events) {
    session = reduce(session, event);
    holdingSince = holding(holdingSince, event);
  }
  const { selected, ...ui } = shown.ui;
  // The turn has passed on: the operator is taken along, unless they look at a step on purpose.
  const isStale = selected !== undefined && session?.steps[selected] === undefined;
  return { session, holdingSince, ...(isStale ? { ui } : {}) };
}

function holding(since: ScreenState['holdingSince'], event: Event): ScreenState['holdingSince'] {
  if (event.type === 'step-observed' && event.holds && since[event.step] === undefined) {
    return { ...since, [event.step]: Date.parse(event.time) };
  }
  const isBroken = (event.type === 'step-observed' && !event.holds) || event.type === 'step-started';
  if (!isBroken || since[event.step] === undefined) return since;
  const { [event.step]: _gone, ...rest } = since;
  return rest;
}
