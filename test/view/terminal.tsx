import { EventEmitter } from 'node:events';
import { render } from 'ink';
import type { ReactNode } from 'react';
import type { Size } from '../../src/view/layout.ts';

/** A terminal of a chosen size: what is drawn on it, and keys for it. */
export interface TestTerminal {
  /** The screen as it is now. */
  frame(): string;
  type(keys: string): void;
  resize(size: Size): void;
  unmount(): void;
}

class Output extends EventEmitter {
  columns: number;
  rows: number;
  frame = '';
  readonly isTTY = true;
  constructor({ columns, rows }: Size) {
    super();
    this.columns = columns;
    this.rows = rows;
  }
  write(text: string): boolean {
    // Modes are switched by writes of their own; the rest are whole frames.
    if (!text.startsWith('\u001b[?')) this.frame = text;
    return true;
  }
}

class Input extends EventEmitter {
  readonly isTTY = true;
  private waiting: string[] = [];
  type(keys: string): void {
    this.waiting.push(keys);
    this.emit('readable');
  }
  read(): string | null {
    return this.waiting.shift() ?? null;
  }
  setEncoding(): void {}
  setRawMode(): void {}
  ref(): void {}
  unref(): void {}
  resume(): void {}
  pause(): void {}
}

export function draw(tree: ReactNode, size: Size): TestTerminal {
  const stdout = new Output(size);
  const stdin = new Input();
  const instance = render(tree, {
    stdout: stdout as unknown as NodeJS.WriteStream,
    stdin: stdin as unknown as NodeJS.ReadStream,
    stderr: new Output(size) as unknown as NodeJS.WriteStream,
    debug: true,
    exitOnCtrlC: false,
    patchConsole: false,
    interactive: true,
  });
  return {
    frame: () => stdout.frame,
    type: (keys) => stdin.type(keys),
    resize({ columns, rows }) {
      stdout.columns = columns;
      stdout.rows = rows;
      stdout.emit('resize');
    },
    unmount: () => instance.unmount(),
  };
}
