import { render } from 'ink';
import type { ReactNode } from 'react';
import { ThemeContext } from './components/row-text.tsx';
import { lookFrom, themeFor } from './theme.ts';

export interface Streams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

export interface MountOptions {
  readonly streams?: Streams;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const CLEAN_SCREEN = '\u001b[?1049h\u001b[2J\u001b[H';

/** Signals that end a screen; the terminal is given back before the process goes. */
const ENDINGS = ['SIGTERM', 'SIGHUP'] as const;

/**
 * Draws on the alternate screen until `leave` is called, and gives the terminal back however it ends.
 * An error while drawing is thrown on, after the terminal has been restored.
 */
export async function mount(
  draw: (leave: () => void) => ReactNode,
  { streams, env }: MountOptions,
): Promise<void> {
  const { stdin, stdout, stderr } = streams ?? process;
  const theme = themeFor(lookFrom(env));
  let leave = () => {};
  // Ink draws from where the cursor stands, and the alternate screen keeps it where it was.
  if (stdout.isTTY) stdout.write(CLEAN_SCREEN);
  const instance = render(<ThemeContext value={theme}>{draw(() => leave())}</ThemeContext>, {
    stdin,
    stdout,
    stderr,
    alternateScreen: true,
    incrementalRendering: true,
    maxFps: 60,
    exitOnCtrlC: false,
    // Left to itself Ink draws nothing but the last frame where an environment says CI.
    interactive: stdout.isTTY === true,
  });
  leave = () => instance.unmount();
  let failure: { readonly error: unknown } | undefined;
  const restoreAndFail = (error: unknown) => {
    failure ??= { error };
    instance.unmount();
  };
  for (const signal of ENDINGS) process.once(signal, leave);
  process.on('uncaughtException', restoreAndFail);
  // A terminal that went away is a reason to leave, not to crash; these stay, as the last writes may fail as well.
  const onGone = () => leave();
  stdin.once('end', onGone);
  stdin.on('error', onGone);
  stdout.on('error', onGone);
  try {
    await instance.waitUntilExit();
  } finally {
    for (const signal of ENDINGS) process.removeListener(signal, leave);
    process.removeListener('uncaughtException', restoreAndFail);
    stdin.removeListener('end', onGone);
    instance.cleanup();
  }
  if (failure !== undefined) throw failure.error;
}
