import type { Benchmark } from '../harness/benchmark.ts';
import { cleanEnv, launcher, memoryOf, wallMs } from '../harness/programs.ts';
import { compared, interleaved } from '../harness/rounds.ts';
import { openTerminal } from '../harness/terminal.ts';

const NODE = process.execPath;
const NOTHING = [NODE, '-e', '0'] as const;
const PEER = { peer: 'node -e 0', unit: 'ms' } as const;

/** What should cost what Node itself costs. */
export const flags: Benchmark = {
  name: 'flags',
  async run(context) {
    const env = cleanEnv(context);
    const program = launcher(context);
    const measured = await interleaved(
      {
        '--version': () => wallMs([NODE, program, '--version'], env),
        '--help': () => wallMs([NODE, program, '--help'], env),
        nothing: () => wallMs([...NOTHING], env),
      },
      context.rounds * 3,
    );
    return (['--version', '--help'] as const).map((flag) =>
      compared(
        { ...PEER, name: flag.slice(2), what: `rollbook ${flag}`, goal: 1.15, command: `rollbook ${flag}` },
        measured[flag],
        measured.nothing,
      ),
    );
  },
};

const DRILL = ['drill', 'banking-app/application-rollback'] as const;

/** From the start to what can be seen, and to what can be used; all in a terminal of 160 by 48. */
export const frames: Benchmark = {
  name: 'frames',
  async run(context) {
    const env = cleanEnv(context);
    const memory = { home: [] as number[], nothing: [] as number[] };
    const shows = async (args: readonly string[], what: string | RegExp, kept: number[]) => {
      const terminal = openTerminal([NODE, ...args], { env });
      const shown = await terminal.saw(what);
      kept.push(memoryOf(terminal.pid).now);
      await terminal.close();
      return shown;
    };
    const waiting = 'process.stdout.write("here"); setInterval(() => {}, 1000)';
    const measured = await interleaved(
      {
        skeleton: () => shows([launcher(context), ...DRILL], 'DRILL', []),
        home: () => shows([launcher(context)], /[╭┌]/, memory.home),
        nothing: () => shows(['-e', waiting], 'here', memory.nothing),
      },
      context.rounds * 2,
    );
    const peer = { peer: 'node -e, a word in a terminal', unit: 'ms' };
    return [
      compared(
        {
          ...peer,
          name: 'skeleton',
          what: 'skeleton of the first screen',
          goal: 1.2,
          command: `rollbook ${DRILL.join(' ')}`,
        },
        measured.skeleton,
        measured.nothing,
      ),
      compared(
        {
          ...peer,
          name: 'first-frame',
          what: 'first interactive frame, home',
          goal: 3.5,
          command: 'rollbook',
        },
        measured.home,
        measured.nothing,
      ),
      compared(
        {
          peer: 'node -e, waiting',
          unit: 'MiB',
          name: 'first-frame-memory',
          what: 'memory at the first interactive frame',
          goal: 1.6,
          command: 'rollbook',
        },
        memory.home,
        memory.nothing,
      ),
    ];
  },
};
