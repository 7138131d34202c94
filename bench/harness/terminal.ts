import { setTimeout as sleep } from 'node:timers/promises';
import { type IPty, spawn } from '@lydell/node-pty';

/** A terminal with a program in it. */
export interface BenchTerminal {
  readonly pid: number;
  /** Characters written so far. */
  readonly written: number;
  /** Resolves with the milliseconds since the start, when that has been written. */
  saw(what: string | RegExp, patienceMs?: number): Promise<number>;
  /** Resolves when anything more is written that fits, with the milliseconds from now. */
  next(what: RegExp, patienceMs?: number): Promise<number>;
  press(keys: string): void;
  pause(): void;
  resume(): void;
  /** Ends the program, kindly at first. */
  close(): Promise<void>;
  readonly exited: Promise<number>;
}

export interface TerminalOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly columns?: number;
  readonly rows?: number;
}

const KEPT = 400_000;

export function openTerminal(
  command: readonly [string, ...string[]],
  { env, cwd, columns = 160, rows = 48 }: TerminalOptions,
): BenchTerminal {
  const [program, ...args] = command;
  const started = performance.now();
  const pty: IPty = spawn(program, args, {
    name: 'xterm-256color',
    cols: columns,
    rows,
    env: { ...env, TERM: 'xterm-256color' },
    ...(cwd === undefined ? {} : { cwd }),
  });
  let text = '';
  let written = 0;
  const looks = new Set<() => void>();
  pty.onData((data) => {
    written += data.length;
    text = (text + data).slice(-KEPT);
    for (const look of looks) look();
  });
  let isOver = false;
  const exited = new Promise<number>((resolve) => {
    pty.onExit(({ exitCode }) => {
      isOver = true;
      resolve(exitCode);
    });
  });
  const until = (fits: () => boolean, what: string, since: number, patienceMs: number): Promise<number> =>
    new Promise((resolve, reject) => {
      const look = () => {
        if (!fits()) return;
        clearTimeout(patience);
        looks.delete(look);
        resolve(performance.now() - since);
      };
      const patience = setTimeout(() => {
        looks.delete(look);
        reject(
          new Error(
            `${what} was not seen in ${args.join(' ')}; the last: ${JSON.stringify(text.slice(-800))}`,
          ),
        );
      }, patienceMs);
      looks.add(look);
      look();
    });
  return {
    pid: pty.pid,
    get written() {
      return written;
    },
    saw: (what, patienceMs = 60_000) =>
      until(
        () => (typeof what === 'string' ? text.includes(what) : what.test(text)),
        `${what}`,
        started,
        patienceMs,
      ),
    next(what, patienceMs = 20_000) {
      const from = written;
      const fresh = () => text.slice(Math.max(0, text.length - (written - from)));
      return until(() => written > from && what.test(fresh()), `${what}`, performance.now(), patienceMs);
    },
    press: (keys) => pty.write(keys),
    pause: () => pty.pause(),
    resume: () => pty.resume(),
    async close() {
      if (isOver) return;
      pty.kill('SIGTERM');
      await Promise.race([exited, sleep(3_000)]);
      if (!isOver) pty.kill('SIGKILL');
      await exited;
    },
    exited,
  };
}
