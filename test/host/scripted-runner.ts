import type { Draft } from '../../src/engine/event.ts';
import type { Asked } from '../../src/engine/intent.ts';
import { reduce, replay } from '../../src/engine/reduce.ts';
import type { Runner } from '../../src/engine/runner.ts';
import type { SessionState } from '../../src/engine/state.ts';
import type { Feed } from '../../src/host/feed.ts';
import type { Journal } from '../../src/journal/journal.ts';

/** A runner that does what the test says: notes are taken, every other intent is refused. */
export interface ScriptedRunner extends Runner {
  append(...drafts: readonly Draft[]): void;
  /** The session ends by itself. */
  finish(): void;
  fail(error: Error): void;
  readonly asked: readonly Asked[];
  readonly stops: readonly { readonly reason: string; readonly cancel: boolean }[];
}

/** `busy` keeps a step in flight: a stop waits for `finish`, unless it cancels. */
export function scriptedRunner(journal: Journal, feed: Feed, { busy = false } = {}): ScriptedRunner {
  let state = replay(journal.events);
  const asked: Asked[] = [];
  const stops: { reason: string; cancel: boolean }[] = [];
  const done = Promise.withResolvers<void>();

  const current = (): SessionState => {
    if (state === undefined) throw new Error('nothing was journalled yet');
    return state;
  };
  function append(...drafts: readonly Draft[]): void {
    const events = journal.append(drafts);
    for (const event of events) state = reduce(state, event);
    feed.events(events);
  }
  return {
    get state() {
      return current();
    },
    asked,
    stops,
    append,
    done: done.promise,
    ask(wanted) {
      asked.push(wanted);
      if (wanted.intent.type !== 'add-note') return { ok: false, message: 'Only notes are taken here.' };
      append({ ...wanted.intent, type: 'note-added' });
      return { ok: true };
    },
    witness: (sighting) => append(sighting),
    finish() {
      append({ type: 'session-ended', outcome: 'succeeded', summary: 'Over.' });
      done.resolve();
    },
    fail: done.reject,
    async stop(reason, { cancel = false } = {}) {
      stops.push({ reason, cancel });
      if (!busy || cancel) done.resolve();
      await done.promise;
      if (current().status === 'active') append({ type: 'session-paused', reason });
    },
  };
}
