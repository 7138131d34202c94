import type { LiveFigure, LiveLog } from './live.ts';
import { type MonitorOptions, startMonitors } from './monitors.ts';

const PATIENCE_MS = 5_000;

/** Every figure as it is now: each source is asked once, and waited for five seconds at most. */
export async function lookOnce(
  options: Omit<MonitorOptions, 'onChange' | 'onCrossing' | 'alarms'>,
  signal: AbortSignal,
): Promise<readonly (LiveFigure | LiveLog)[]> {
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const all = () => [...monitors.metrics(), ...monitors.logs()];
  const { promise: answered, resolve } = Promise.withResolvers<void>();
  const monitors = startMonitors(
    {
      ...options,
      onChange: () => {
        if (all().every(({ heardAt, problem }) => heardAt !== undefined || problem !== undefined)) resolve();
      },
    },
    until,
  );
  if (all().every(({ problem }) => problem !== undefined)) resolve();
  await Promise.race([answered, options.clock.sleep(PATIENCE_MS, until).catch(() => undefined)]);
  over.abort();
  return all();
}
