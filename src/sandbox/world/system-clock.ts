import type { SandboxClock } from '../kubernetes/world-interfaces.ts';

/** The machine's own time. Its timers do not keep a process alive: the servers do. */
export function systemClock(): SandboxClock {
  return {
    now: () => Date.now(),
    after(delayMs, work) {
      const timer = setTimeout(work, Math.max(0, delayMs));
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}
