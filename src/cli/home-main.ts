import { home } from './home.ts';
import { type FirstFrame, standardIo } from './io.ts';
import { reported } from './reported.ts';

/** `rollbook` alone: the home screen need not wait for the parser of all commands. */
export async function main(_args: readonly string[], frame?: FirstFrame): Promise<void> {
  const io = standardIo(frame);
  await reported(io, () => home(io));
}
