import { explain } from './explain.ts';
import type { Io } from './io.ts';

/** Sets the exit code to what the work gives, or says why it failed. */
export async function reported(io: Io, work: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await work();
  } catch (error) {
    const { lines, exitCode } = explain(error);
    for (const [at, line] of lines.entries()) io.err(at === 0 ? `rollbook: ${line}` : line);
    process.exitCode = exitCode;
  }
}
