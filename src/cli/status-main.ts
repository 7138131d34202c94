import { parseArgs } from 'node:util';
import { CommandFailure, EXIT } from './exit-code.ts';
import { type FirstFrame, standardIo } from './io.ts';
import { reported } from './reported.ts';
import { type StatusFlags, status } from './status.ts';

/** `rollbook status` alone: a look at a cluster should not cost the parser of all commands. */
export async function main(args: readonly string[], frame?: FirstFrame): Promise<void> {
  const io = standardIo(frame);
  await reported(io, () => status(flagsIn(args), io));
}

function flagsIn(args: readonly string[]): StatusFlags {
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
    return values;
  } catch (error) {
    throw new CommandFailure((error as Error).message, EXIT.usage, '--help says how it is used.');
  }
}
