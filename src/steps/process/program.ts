import { z } from 'zod';
import type { ProcessResult } from '../../ports/process.ts';
import { shellLine, shellQuote } from '../../prose/shell-quote.ts';
import { argvField, durationField, durationMs, environmentField } from '../fields.ts';
import {
  type DiffLine,
  type Landed,
  type Outcome,
  type Plan,
  type ProbeContext,
  type RunContext,
  StepFailure,
} from '../step-kind.ts';

/** The parameters that `command` and `shell` have in common. */
export const programFields = {
  env: environmentField.optional().describe('Environment variables, added to those of the session.'),
  cwd: z.string().min(1).optional().describe('The folder it runs in; when absent, the one of the session.'),
  timeout: durationField.optional().describe('It is stopped after this long, and the step fails.'),
  stdin: z.string().optional().describe('Text for its standard input.'),
  'expect-exit': z
    .array(z.int().min(0).max(255))
    .min(1)
    .default([0])
    .describe('The exit codes that mean success.'),
  'reads-only': z
    .boolean()
    .default(false)
    .describe('It changes nothing, so it needs no confirmation and may be run again after an interruption.'),
  probe: z
    .strictObject({ run: argvField.describe('Program and arguments.') })
    .optional()
    .describe(
      'A program that only reads and says, after an interruption, whether the effect is there: exit code 0 is yes, 1 is no.',
    ),
  undo: z
    .strictObject({ run: argvField.describe('Program and arguments.') })
    .optional()
    .describe('The program that takes the effect back; without it the step cannot be undone.'),
};

export const programOutputs = {
  stdout: 'Its standard output, the last 64 KiB, without the final newline.',
  'exit-code': 'Its exit code.',
  duration: 'How long it ran, in seconds.',
};

const programData = z.object({
  argv: argvField,
  env: z.record(z.string(), z.string()),
  cwd: z.string().nullable(),
  timeoutMs: z.number().nullable(),
  stdin: z.string().nullable(),
  expectExit: z.array(z.number()),
  readsOnly: z.boolean(),
  probe: argvField.nullable(),
  undo: argvField.nullable(),
});

export type Program = z.infer<typeof programData>;

interface ProgramParams {
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
  readonly timeout?: string | undefined;
  readonly stdin?: string | undefined;
  readonly 'expect-exit': number[];
  readonly 'reads-only': boolean;
  readonly probe?: { readonly run: Program['argv'] } | undefined;
  readonly undo?: { readonly run: Program['argv'] } | undefined;
}

/** The program that the fields which `command` and `shell` share make of an argv. */
export function programOf(argv: Program['argv'], params: ProgramParams): Program {
  return {
    argv,
    env: { ...params.env },
    cwd: params.cwd ?? null,
    timeoutMs: params.timeout === undefined ? null : durationMs(params.timeout),
    stdin: params.stdin ?? null,
    expectExit: params['expect-exit'],
    readsOnly: params['reads-only'],
    probe: params.probe?.run ?? null,
    undo: params.undo?.run ?? null,
  };
}

/** How the program is spoken of; by its command line where nothing else is given. */
interface Appearance {
  readonly title: string;
  readonly target: string;
  readonly diff: readonly DiffLine[];
}

/** The plan of running one local program: the argv shown is the argv run. One that only reads has no effects. */
export function programPlan(program: Program, appearance: Partial<Appearance> = {}): Plan {
  const { title = shellLine(program.argv), target = `program/${program.argv[0]}`, diff = [] } = appearance;
  const command = commandLine(program);
  const undo = program.undo && shellLine(program.undo);
  const codes = program.expectExit.join(' or ');
  return {
    summary: `run ${title}`,
    effects: program.readsOnly ? [] : [{ verb: 'run', target, summary: `runs ${title}`, diff, command }],
    risk: program.readsOnly ? 'safe' : 'change',
    preconditions: [],
    permissions: [],
    facts: [
      ...(program.readsOnly ? [`declared to change nothing: ${command}`] : []),
      `exit code ${codes} means success`,
      ...(program.timeoutMs === null ? [] : [`stopped after ${program.timeoutMs / 1000} s`]),
    ],
    warnings:
      program.readsOnly || undo
        ? []
        : ['What it does cannot be undone from here: the runbook declares no undo.'],
    ...(undo ? { undo: `runs ${undo}` } : {}),
    data: program,
  };
}

/** What to paste into a shell to do the same. */
function commandLine({ argv, env, cwd }: Program): string {
  const bindings = Object.entries(env).map(([name, value]) => `${name}=${shellQuote(value)}`);
  const line = [...bindings, shellLine(argv)].join(' ');
  return cwd === null ? line : `cd ${shellQuote(cwd)} && ${line}`;
}

export async function runProgram(plan: Plan, context: RunContext): Promise<Outcome> {
  const program = programData.parse(plan.data);
  const result = await context.ports.processes.run(
    {
      argv: program.argv,
      env: program.env,
      ...(program.cwd === null ? {} : { cwd: program.cwd }),
      ...(program.stdin === null ? {} : { stdin: program.stdin }),
      ...(program.timeoutMs === null ? {} : { timeoutMs: program.timeoutMs }),
      ...(context.outputFile === undefined ? {} : { outputFile: context.outputFile }),
    },
    { signal: context.signal, onOutput: (chunk) => context.emit(chunk) },
  );
  return programOutcome(program.argv[0], result, program);
}

/** How a program ended, here or in a container. */
export type ProgramEnd = Pick<ProcessResult, 'exitCode' | 'durationMs' | 'tail' | 'stdout'> &
  Partial<Pick<ProcessResult, 'signal' | 'timedOut'>>;

interface Wanted {
  readonly expectExit: readonly number[];
  readonly readsOnly: boolean;
  readonly timeoutMs: number | null;
}

/** The outcome of a program that ended as it should. Throws a StepFailure for any other end. */
export function programOutcome(name: string, end: ProgramEnd, wanted: Wanted): Outcome {
  const seconds = Math.round(end.durationMs) / 1000;
  if (end.exitCode === undefined || !wanted.expectExit.includes(end.exitCode)) {
    throw new StepFailure(`${name} ${ending(end, wanted)}${lastWords(end)}`, {
      next: wanted.readsOnly
        ? 'Read its output, then retry.'
        : 'Read its output: what it did before it failed may be there. Then retry, undo or go on by hand.',
      details: {
        exitCode: end.exitCode ?? null,
        signal: end.signal ?? null,
        timedOut: end.timedOut ?? false,
      },
    });
  }
  return {
    summary: `exit ${end.exitCode}`,
    evidence: [`${name} ended with exit code ${end.exitCode} after ${seconds.toFixed(1)} s`],
    outputs: { stdout: end.stdout, 'exit-code': end.exitCode, duration: seconds },
  };
}

function ending(end: ProgramEnd, { timeoutMs, expectExit }: Wanted): string {
  if (end.timedOut) return `did not end within ${(timeoutMs ?? end.durationMs) / 1000} s and was stopped`;
  if (end.exitCode === undefined) return `was ended by the signal ${end.signal ?? 'of an unknown name'}`;
  return `ended with exit code ${end.exitCode}, expected ${expectExit.join(' or ')}`;
}

function lastWords({ tail }: ProgramEnd): string {
  const line = tail.trimEnd().split('\n').at(-1)?.trim() ?? '';
  return line === '' ? '' : `; it said last: ${line.slice(0, 200)}`;
}

/** Asks the declared probe; a program without one leaves the question to the operator. */
export async function probeProgram(plan: Plan, context: ProbeContext): Promise<Landed> {
  const program = programData.parse(plan.data);
  if (program.readsOnly) return { landed: 'no', evidence: 'It only reads, so it can be run again.' };
  if (program.probe === null) {
    return {
      landed: 'unknown',
      evidence: `The runbook declares no probe for ${program.argv[0]}: look for its effect by hand.`,
    };
  }
  const line = shellLine(program.probe);
  if (context.processes === undefined) {
    return { landed: 'unknown', evidence: `Programs cannot be run here: run the probe by hand, ${line}` };
  }
  const { exitCode } = await context.processes.run(
    {
      argv: program.probe,
      env: program.env,
      timeoutMs: 60_000,
      ...(program.cwd === null ? {} : { cwd: program.cwd }),
    },
    { signal: context.signal },
  );
  const landed = exitCode === 0 ? 'yes' : exitCode === 1 ? 'no' : 'unknown';
  return {
    landed,
    evidence: `The probe ${line} ended with ${exitCode === undefined ? 'a signal' : `exit code ${exitCode}`}.`,
  };
}

/** The declared undo as a plan of its own; it cannot be undone in turn. */
export async function undoProgram(plan: Plan): Promise<Plan> {
  const program = programData.parse(plan.data);
  if (program.undo === null) {
    throw new StepFailure(`The runbook declares no undo for ${program.argv[0]}.`, {
      next: 'Take its effect back by hand, and note what you did.',
    });
  }
  return programPlan({
    ...program,
    argv: program.undo,
    stdin: null,
    expectExit: [0],
    readsOnly: false,
    probe: null,
    undo: null,
  });
}
