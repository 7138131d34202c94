import { z } from 'zod';
import { shellLine } from '../../prose/shell-quote.ts';
import { argvField, durationMs } from '../fields.ts';
import { defineKind } from '../step-kind.ts';
import {
  probeProgram,
  programFields,
  programOutputs,
  programPlan,
  runProgram,
  undoProgram,
} from './program.ts';

/** Runs a local program; every argument reaches it as it stands. */
export const command = defineKind({
  kind: 'command',
  description: 'Runs a local program with exactly these arguments; no shell is involved.',
  schema: z.strictObject({
    run: argvField.describe('Program and arguments, each an item of the list.'),
    ...programFields,
  }),
  risk: 'safe',
  outputs: programOutputs,
  describe: (params) => `Run ${shellLine(params.run)}`,
  plan: async (params) =>
    programPlan({
      argv: params.run,
      env: params.env ?? {},
      cwd: params.cwd ?? null,
      timeoutMs: params.timeout === undefined ? null : durationMs(params.timeout),
      stdin: params.stdin ?? null,
      expectExit: params['expect-exit'],
      readsOnly: params['reads-only'],
      probe: params.probe?.run ?? null,
      undo: params.undo?.run ?? null,
    }),
  run: runProgram,
  probe: probeProgram,
  undo: undoProgram,
});
