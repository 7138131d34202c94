import { describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/adapters/clock.ts';

describe('the machine’s clock', () => {
  it('measures evenly when somebody sets the time', () => {
    const before = systemClock.elapsed();
    const set = vi.spyOn(Date, 'now').mockReturnValue(0);
    try {
      expect(systemClock.elapsed() - before).toBeGreaterThanOrEqual(0);
      expect(systemClock.elapsed() - before).toBeLessThan(10_000);
    } finally {
      set.mockRestore();
    }
  });

  it('sleeps longer than a timer can count', async () => {
    const waking = new AbortController();
    const asleep = systemClock.sleep(2 ** 31 + 1, waking.signal).then(
      () => 'awake',
      (reason: unknown) => reason,
    );
    await systemClock.sleep(20);
    waking.abort('woken');
    expect(await asleep).toBe('woken');
  });

  it('lets others have their turn, however short the sleep', async () => {
    let turn = false;
    setImmediate(() => {
      turn = true;
    });
    while (!turn) await systemClock.sleep(0);
    expect(turn).toBe(true);
  });

  it('does not sleep for a signal that was given before', async () => {
    await expect(systemClock.sleep(60_000, AbortSignal.abort('enough'))).rejects.toBe('enough');
  });
});
