import { z } from 'zod';
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

/** Stops at the first command that fails, and bash also when one inside a pipe does. */
const INTERPRETERS = {
  sh: ['sh', '-e', '-c'],
  bash: ['bash', '-e', '-o', 'pipefail', '-c'],
} as const satisfies Record<string, readonly [string, ...string[]]>;

/** Runs a script whose text is fixed: values reach it through the environment alone. */
export const shell = defineKind({
  kind: 'shell',
  description: 'Runs a shell script that stops at the first failure; values reach it only through env.',
  schema: z.strictObject({
    script: z
      .string()
      .min(1)
      .refine((script) => !script.includes('${{'), {
        message:
          'a script may not hold expressions, since the shell would run what their values say: bind the value in env and use "$NAME" in the script',
        // Read by the runbook parser, which otherwise leaves values with expressions for later.
        params: { literal: true },
      })
      .describe('The text of the script. It may not hold expressions: bind values in env and use "$NAME".'),
    shell: z.enum(['sh', 'bash']).default('sh').describe('Which shell reads the script.'),
    ...programFields,
  }),
  risk: 'safe',
  outputs: programOutputs,
  describe: (params) => `Run a ${params.shell} script: ${params.script.trim().split('\n', 1)[0]}`,
  plan: async (params) =>
    programPlan(programOf([...INTERPRETERS[params.shell], params.script], params), {
      title: `a ${params.shell} script of ${counted(lines(params.script).length)}`,
      target: `script/${params.shell}`,
      diff: lines(params.script).map((text) => ({ change: 'same', text })),
    }),
  run: runProgram,
  probe: probeProgram,
  undo: undoProgram,
});

function lines(script: string): string[] {
  return script.trimEnd().split('\n');
}

function counted(count: number): string {
  return count === 1 ? '1 line' : `${count} lines`;
}
