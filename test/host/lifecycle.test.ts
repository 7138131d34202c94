import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createFeed } from '../../src/host/feed.ts';
import { liveUntilOver } from '../../src/host/lifecycle.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { asked, note, started } from '../journal/events.ts';
import { openAt, temporaryFolder } from '../journal/folder.ts';
import { scriptedRunner } from './scripted-runner.ts';

const HALF_AN_HOUR = 30 * 60_000;

function living({ first = [started, asked], screens = 0, busy = false } = {}) {
  const feed = createFeed();
  const journal = openAt(temporaryFolder());
  const runner = scriptedRunner(journal, feed, { busy });
  runner.append(...first);
  const clock = new FakeClock();
  const signals = new EventEmitter();
  const announce: ((screens: number) => void)[] = [];
  const server = { screens, onScreens: (listener: (screens: number) => void) => announce.push(listener) };
  const over = liveUntilOver({ runner, feed, server, clock, signals, idleMs: HALF_AN_HOUR, graceMs: 5_000 });
  return {
    runner,
    clock,
    signals,
    over,
    attach(count: number) {
      server.screens = count;
      for (const listener of announce) listener(count);
    },
  };
}

describe('a session without a screen', () => {
  it('waits at its question for as long as it was told, then pauses', async () => {
    const { clock, runner, over } = living();
    await clock.advance(HALF_AN_HOUR - 1);
    expect(runner.state.status).toBe('active');
    await clock.advance(1);
    await over;
    expect(runner.state).toMatchObject({
      status: 'paused',
      pausedBecause: 'No screen was attached for 30 minutes',
    });
  });

  it('goes on for as long as it has something to do', async () => {
    const { clock, runner, over } = living({ first: [started] });
    await clock.advance(10 * HALF_AN_HOUR);
    expect(runner.stops).toEqual([]);
    runner.append(asked);
    await clock.advance(HALF_AN_HOUR);
    await over;
    expect(runner.state.status).toBe('paused');
  });

  it('starts to count anew when a screen was there', async () => {
    const { clock, runner, attach, over } = living();
    await clock.advance(HALF_AN_HOUR - 1);
    attach(1);
    await clock.advance(10 * HALF_AN_HOUR);
    attach(0);
    await clock.advance(HALF_AN_HOUR - 1);
    runner.append(note('a note is no answer, and does not reset the time'));
    expect(runner.stops).toEqual([]);
    await clock.advance(1);
    await over;
    expect(runner.stops).toHaveLength(1);
  });
});

describe('a signal', () => {
  it.each(['SIGTERM', 'SIGHUP'])('%s leaves the session resumable', async (signal) => {
    const { runner, signals, over, clock } = living({ screens: 1 });
    signals.emit(signal, signal);
    await over;
    expect(runner.state).toMatchObject({
      status: 'paused',
      pausedBecause: `The session host was told to stop (${signal})`,
    });
    expect(clock.sleeping).toBe(0);
    expect(signals.eventNames()).toEqual([]);
  });

  it('gives a step in flight some seconds, then cancels it', async () => {
    const { runner, signals, clock, over } = living({ busy: true });
    signals.emit('SIGTERM', 'SIGTERM');
    await clock.advance(4_999);
    expect(runner.stops.map((stop) => stop.cancel)).toEqual([false]);
    await clock.advance(1);
    await over;
    expect(runner.stops.map((stop) => stop.cancel)).toEqual([false, true]);
    expect(runner.state.status).toBe('paused');
  });

  it('that comes twice cancels it at once', async () => {
    const { runner, signals, over } = living({ busy: true });
    signals.emit('SIGTERM', 'SIGTERM');
    signals.emit('SIGHUP', 'SIGHUP');
    await over;
    expect(runner.stops.at(-1)).toMatchObject({ cancel: true });
  });

  it('of Ctrl-C is for the screen', async () => {
    const { runner, signals, over } = living();
    signals.emit('SIGINT', 'SIGINT');
    expect(runner.stops).toEqual([]);
    runner.finish();
    await over;
    expect(runner.state.status).toBe('ended');
  });
});

it('fails as the runner does, and leaves nothing behind', async () => {
  const { runner, signals, clock, over } = living();
  runner.fail(new Error('The journal cannot be written'));
  await expect(over).rejects.toThrow('The journal cannot be written');
  expect(signals.eventNames()).toEqual([]);
  expect(clock.sleeping).toBe(0);
});
