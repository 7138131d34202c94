/** What of a terminal the skeleton needs. */
interface Terminal {
  readonly columns: number;
  readonly rows: number;
  write(text: string): unknown;
}

const ALTERNATE = {
  enter: '\u001b[?1049h\u001b[?25l\u001b[2J\u001b[H',
  leave: '\u001b[?25h\u001b[?1049l',
};

export interface Skeleton {
  /** The real screen draws over it, and gives the terminal back in the end. */
  handOver(): void;
  /** There will be no screen: the terminal is as it was. */
  leave(): void;
}

/** The first frame, before anything is loaded: which world it will be, and what is going on. */
export function drawSkeleton(terminal: Terminal, world: string, what: string): Skeleton {
  const leave = () => terminal.write(ALTERNATE.leave);
  const left = Math.max(0, Math.floor((terminal.columns - what.length) / 2));
  const down = Math.max(2, Math.floor(terminal.rows / 2));
  terminal.write(`${ALTERNATE.enter} ${world}\u001b[${down};${left + 1}H${what}`);
  const interrupted = () => {
    leave();
    process.exit(130);
  };
  process.once('SIGINT', interrupted);
  const settle = () => void process.removeListener('SIGINT', interrupted);
  return {
    handOver: settle,
    leave() {
      settle();
      leave();
    },
  };
}
