import { parseArgs } from 'node:util';
import { EXIT } from './exit-code.ts';
import { explain } from './explain.ts';
import { type FirstFrame, type Io, standardIo } from './io.ts';
import { status } from './status.ts';

/** `rollbook status` alone: a look at a cluster should not cost the parser of all commands. */
export async function main(args: readonly string[], frame?: FirstFrame): Promise<void> {
  const io = standardIo(frame);
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        kubeconfig: { type: 'string' },
        context: { type: 'string' },
        namespace: { type: 'string', short: 'n' },
        selector: { type: 'string', short: 'l' },
        once: { type: 'boolean' },
        watch: { type: 'boolean', short: 'w' },
        json: { type: 'boolean' },
      },
    });
    process.exitCode = await status(values, io);
  } catch (error) {
    process.exitCode = report(error, io);
  }
}

function report(error: unknown, io: Io): number {
  const isUsage =
    error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  if (isUsage) {
    io.err(`rollbook: ${error.message}\n--help says how it is used.`);
    return EXIT.usage;
  }
  const { lines, exitCode } = explain(error);
  for (const [at, line] of lines.entries()) io.err(at === 0 ? `rollbook: ${line}` : line);
  return exitCode;
}
