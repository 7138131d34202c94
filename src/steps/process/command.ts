import { z } from 'zod';
import { shellLine } from '../../prose/shell-quote.ts';
import { argvField } from '../fields.ts';
import { defineKind } from '../step-kind.ts';
import {
  probeProgram,
  programFields,
  programOf,
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
  plan: async (params) => programPlan(programOf(params.run, params)),
  run: runProgram,
  probe: probeProgram,
  undo: undoProgram,
});
