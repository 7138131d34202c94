import { type IPty, spawn } from '@lydell/node-pty';
import { Terminal } from '@xterm/headless';
import { onTestFinished } from 'vitest';
import { type Place, PROGRAM } from './rollbook.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** A person's terminal with the built program in it. */
export interface Screen {
  readonly pty: IPty;
  /** What is to be seen now, as lines without the blanks at their ends. */
  text(): string;
  /** Everything that was ever written to it. */
  raw(): string;
  /** Waits until that is to be seen. */
  sees(what: string | RegExp): Promise<void>;
  /** Waits until it is not to be seen any more. */
  lost(what: string | RegExp): Promise<void>;
  press(keys: string): void;
  resize(size: Size): void;
  /** Stops, or takes up again, reading what the program writes. */
  pause(): void;
  resume(): void;
  isAlternate(): boolean;
  isCursorShown(): boolean;
  readonly exited: Promise<{ readonly code: number; readonly signal?: number }>;
}

const PATIENCE_MS = 40_000;

export function openScreen(
  place: Place,
  args: readonly string[],
  { size = { columns: 120, rows: 36 }, env = {} as Readonly<Record<string, string>> } = {},
): Screen {
  const { columns: cols, rows } = size;
  const terminal = new Terminal({ cols, rows, allowProposedApi: true, scrollback: 1000 });
  const pty = spawn(process.execPath, [PROGRAM, ...args], {
    name: 'xterm-256color',
    cols,
    rows,
    cwd: place.folder,
    env: { ...place.env, TERM: 'xterm-256color', ...env },
  });
  const watching = new Set<() => void>();
  let raw = '';
  pty.onData((data) => {
    raw += data;
    terminal.write(data, () => {
      for (const look of watching) look();
    });
  });
  // What the terminal answers to the program's questions.
  terminal.onData((data) => pty.write(data));
  const exited = new Promise<{ code: number; signal?: number }>((resolve) => {
    pty.onExit(({ exitCode, signal }) => resolve({ code: exitCode, ...(signal ? { signal } : {}) }));
  });
  const text = () => {
    const { active } = terminal.buffer;
    return Array.from({ length: terminal.rows }, (_, row) =>
      (active.getLine(active.viewportY + row)?.translateToString(true) ?? '').trimEnd(),
    ).join('\n');
  };
  const until = (fits: () => boolean, what: string): Promise<void> =>
    new Promise((resolve, reject) => {
      if (fits()) return resolve();
      const settle = (done: () => void) => {
        clearTimeout(patience);
        watching.delete(look);
        done();
      };
      const look = () => fits() && settle(resolve);
      const fail = (why: string) => settle(() => reject(new Error(`${why}: ${what}\n${text()}`)));
      const patience = setTimeout(() => fail('Not seen in time'), PATIENCE_MS);
      watching.add(look);
    });
  const shows = (what: string | RegExp) => {
    const seen = text();
    return typeof what === 'string' ? seen.includes(what) : what.test(seen);
  };
  onTestFinished(() => {
    try {
      pty.kill('SIGKILL');
    } catch {
      // It has left already.
    }
    terminal.dispose();
  });
  return {
    pty,
    text,
    raw: () => raw,
    sees: (what) => until(() => shows(what), `${what}`),
    lost: (what) => until(() => !shows(what), `still there: ${what}`),
    press: (keys) => pty.write(keys),
    resize(to) {
      terminal.resize(to.columns, to.rows);
      pty.resize(to.columns, to.rows);
    },
    pause: () => pty.pause(),
    resume: () => pty.resume(),
    isAlternate: () => terminal.buffer.active.type === 'alternate',
    isCursorShown: () => raw.lastIndexOf('\u001b[?25h') > raw.lastIndexOf('\u001b[?25l'),
    exited,
  };
}
