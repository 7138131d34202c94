import { describe, expect, it } from 'vitest';
import { createScreenStore } from '../../src/view/store.ts';
import { initialUi } from '../../src/view/ui.ts';
import { scenes } from './scenes.ts';
import { events, START } from './sessions.ts';
import { failing } from './snapshots.ts';

/** A store whose flushes wait for `pass`, and how often its listeners were told. */
function watched() {
  let now = START;
  const waiting: { flush: () => void; ms: number }[] = [];
  const store = createScreenStore({
    folder: '/state',
    now: () => now,
    later: (flush, ms) => {
      const one = { flush, ms };
      waiting.push(one);
      return () => void waiting.splice(waiting.indexOf(one), 1);
    },
  });
  let told = 0;
  store.subscribe(() => {
    told += 1;
  });
  return {
    store,
    waiting,
    told: () => told,
    pass: (ms: number) => {
      now += ms;
      for (const { flush } of waiting.splice(0)) flush();
    },
  };
}

const confirm = events(scenes.confirm?.drafts ?? []);

describe('the store of a screen', () => {
  it('shows session events at once and live data ten times a second', () => {
    const { store, waiting, told, pass } = watched();
    store.receive({ type: 'events', events: confirm });
    expect(told()).toBe(1);
    for (let count = 0; count < 50; count += 1)
      store.receive({ type: 'live', snapshot: { ...failing, podCount: count } });
    expect(told()).toBe(1);
    expect(waiting).toHaveLength(1);
    expect(waiting[0]?.ms).toBe(100);
    pass(100);
    expect(told()).toBe(2);
    expect(store.snapshot().live?.podCount).toBe(49);
  });

  it('takes waiting live data along with a key, and calls off the timer', () => {
    const { store, waiting, told } = watched();
    store.receive({ type: 'live', snapshot: failing });
    store.update({ ...initialUi, pane: 'live' });
    expect(told()).toBe(1);
    expect(store.snapshot().live).toBe(failing);
    expect(waiting).toHaveLength(0);
  });

  it('tells nobody when nothing is different', () => {
    const { store, told, pass } = watched();
    store.receive({ type: 'live', snapshot: failing });
    pass(100);
    store.receive({ type: 'live', snapshot: failing });
    pass(100);
    store.update(store.snapshot().ui);
    expect(told()).toBe(1);
  });

  it('keeps the end of an output, in order', () => {
    const { store, pass } = watched();
    store.receive({ type: 'output', step: 'a', text: 'x'.repeat(300_000) });
    pass(100);
    store.receive({ type: 'output', step: 'a', text: 'the ' });
    store.receive({ type: 'output', step: 'a', text: 'end' });
    pass(100);
    const kept = store.snapshot().outputs.a ?? '';
    expect(kept.endsWith('the end')).toBe(true);
    expect(kept.length).toBeLessThanOrEqual(256 * 1024);
  });

  it('remembers when a question came, as long as it stays the same', () => {
    const { store, pass } = watched();
    store.receive({ type: 'events', events: confirm });
    const asked = store.snapshot().asked;
    expect(asked?.since).toBe(START);
    pass(5_000);
    const noted = { type: 'note-added', text: 'hm', seq: 99, time: new Date(START).toISOString() } as const;
    store.receive({ type: 'events', events: [noted] });
    expect(store.snapshot().asked).toBe(asked);
  });

  it('measures how long a verification has held, from its last break', () => {
    const { store } = watched();
    const seen = (seq: number, seconds: number, holds: boolean) =>
      ({
        type: 'step-observed',
        step: 'switch-frontend',
        summary: '',
        holds,
        seq,
        time: new Date(START + seconds * 1000).toISOString(),
      }) as const;
    const verifying = events(scenes.verifying?.drafts.slice(0, -1) ?? []);
    store.receive({ type: 'events', events: verifying });
    store.receive({
      type: 'events',
      events: [seen(90, 50, true), seen(91, 51, false), seen(92, 52, true), seen(93, 53, true)],
    });
    expect(store.snapshot().holdingSince['switch-frontend']).toBe(START + 52_000);
  });
});
