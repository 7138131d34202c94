import { z } from 'zod';
import { PortFailure } from '../../ports/failure.ts';
import type { ExecOptions, ExecRequest, ExecResult, Kubernetes } from '../../ports/kubernetes.ts';
import { shellLine } from '../../prose/shell-quote.ts';
import { argvField, durationMs, namespaceField } from '../fields.ts';
import { programFields, programOutcome, programOutputs } from '../process/program.ts';
import {
  defineKind,
  type Landed,
  type Outcome,
  type Plan,
  type ProbeContext,
  type RunContext,
  StepFailure,
} from '../step-kind.ts';
import {
  checkExecTarget,
  execPermissions,
  execTargetFields,
  findExecTarget,
  namesOneTarget,
} from './exec-target.ts';
import { placeOf, writablePlace } from './place.ts';

/** A program of a runbook that says nothing else has this long, in milliseconds. */
const PATIENCE_MS = 600_000;
const PROBE_MS = 60_000;

const data = z.object({
  namespace: z.string(),
  pod: z.string(),
  uid: z.string(),
  container: z.string(),
  argv: argvField,
  stdin: z.string().nullable(),
  timeoutMs: z.number(),
  expectExit: z.array(z.number()),
  readsOnly: z.boolean(),
  probe: argvField.nullable(),
  undo: argvField.nullable(),
});
type Exec = z.infer<typeof data>;

/** Runs a program in a container: the pod is picked when it is planned, and pinned by its uid. */
export const exec = defineKind({
  kind: 'kubernetes/exec',
  description: 'Runs a program in a container of a pod with exactly these arguments; no shell is involved.',
  schema: z
    .strictObject({
      ...execTargetFields,
      run: argvField.describe('Program and arguments, each an item of the list.'),
      timeout: programFields.timeout,
      stdin: programFields.stdin.describe('Text for its standard input; needs Kubernetes 1.30 or later.'),
      'expect-exit': programFields['expect-exit'],
      'reads-only': programFields['reads-only'],
      probe: programFields.probe.describe(
        'A program in the same container that only reads and says, after an interruption, whether the effect is there: exit code 0 is yes, 1 is no.',
      ),
      undo: programFields.undo,
      namespace: namespaceField,
    })
    .refine(namesOneTarget, { message: 'expected one of pod, selector and deployment' }),
  risk: 'safe',
  outputs: { ...programOutputs, stderr: 'Its standard error.', pod: 'The pod that it ran in.' },
  describe: ({ run, pod, selector, deployment }) =>
    `Run ${shellLine(run)} in ${pod ?? selector ?? `deployment/${deployment}`}`,
  plan: async (params, context) => {
    const place = await placeOf(context, params.namespace);
    const [target, permissions] = await Promise.all([findExecTarget(place, params), execPermissions(place)]);
    const program: Exec = {
      ...target,
      argv: params.run,
      stdin: params.stdin ?? null,
      timeoutMs: params.timeout === undefined ? PATIENCE_MS : durationMs(params.timeout),
      expectExit: params['expect-exit'],
      readsOnly: params['reads-only'],
      probe: params.probe?.run ?? null,
      undo: params.undo?.run ?? null,
    };
    return { ...planOf(program), permissions };
  },
  run,
  probe,
  undo: async (plan) => {
    const program = data.parse(plan.data);
    if (program.undo === null)
      throw new StepFailure(`The runbook declares no undo for ${program.argv[0]}.`, {
        next: 'Take its effect back by hand, and note what you did.',
      });
    const back = { ...program, argv: program.undo, stdin: null, expectExit: [0] };
    return {
      ...planOf({ ...back, readsOnly: false, probe: null, undo: null }),
      permissions: plan.permissions,
    };
  },
});

function planOf(program: Exec): Plan {
  const { argv, pod, container, namespace, readsOnly, undo } = program;
  const line = shellLine(argv);
  const command = shellLine(['kubectl', 'exec', '-n', namespace, pod, '-c', container, '--', ...argv]);
  const summary = `run ${line} in pod/${pod}`;
  return {
    summary,
    effects: readsOnly
      ? []
      : [{ verb: 'exec', target: `pod/${pod}`, namespace, summary: `runs ${line}`, diff: [], command }],
    risk: readsOnly ? 'safe' : 'change',
    preconditions: [`pod/${pod} is still the same pod (uid ${program.uid})`],
    permissions: [],
    facts: [
      ...(readsOnly ? [`declared to change nothing: ${command}`] : []),
      `container ${container}; exit code ${program.expectExit.join(' or ')} means success`,
      `given up after ${program.timeoutMs / 1000} s; the program itself may go on then`,
    ],
    warnings:
      readsOnly || undo !== null
        ? []
        : ['What it does cannot be undone from here: the runbook declares no undo.'],
    ...(undo === null ? {} : { undo: `runs ${shellLine(undo)} in pod/${pod}` }),
    data: program,
  };
}

async function run(plan: Plan, context: RunContext): Promise<Outcome> {
  const program = data.parse(plan.data);
  const { namespace, pod, container, argv, stdin, timeoutMs } = program;
  await checkExecTarget(await placeOf({ ...context, namespace }, namespace), program);
  const { kube, options } = await writablePlace(context);
  const request = {
    ...{ namespace, pod, container, argv },
    ...(stdin === null ? {} : { stdin }),
    ...(context.outputFile === undefined ? {} : { outputFile: context.outputFile }),
  };
  const running = { ...options, timeoutMs, onOutput: (chunk: string) => context.emit(chunk) };
  const end = program.readsOnly
    ? await inspectOrExec(kube, request, running)
    : await kube.exec(request, running);
  const stdout = end.stdout.replace(/\r?\n$/, '');
  const outcome = programOutcome(argv[0], { ...end, stdout, tail: end.stdout + end.stderr }, program);
  return { ...outcome, outputs: { ...outcome.outputs, stderr: end.stderr.replace(/\r?\n$/, ''), pod } };
}

/** A preview may look, too, as long as the program is known to only read; others are taken at the runbook's word. */
async function inspectOrExec(
  kube: Kubernetes,
  request: ExecRequest,
  options: ExecOptions,
): Promise<ExecResult> {
  try {
    return await kube.inspect(request, options);
  } catch (error) {
    if (!(error instanceof PortFailure) || error.reason !== 'read-only') throw error;
    return kube.exec(request, options);
  }
}

/** Asks the declared probe in the same container. */
async function probe(plan: Plan, context: ProbeContext): Promise<Landed> {
  const program = data.parse(plan.data);
  if (program.readsOnly) return { landed: 'no', evidence: 'It only reads, so it can be run again.' };
  const { namespace, pod, container, argv } = program;
  if (program.probe === null)
    return {
      landed: 'unknown',
      evidence: `The runbook declares no probe for ${argv[0]}, and it may still run in pod/${pod}: look for its effect by hand.`,
    };
  const line = shellLine(['kubectl', 'exec', '-n', namespace, pod, '-c', container, '--', ...program.probe]);
  if (context.exec === undefined)
    return { landed: 'unknown', evidence: `Programs cannot be run here: run the probe by hand, ${line}` };
  const { exitCode } = await context.exec(
    { namespace, pod, container, argv: program.probe },
    { signal: context.signal, timeoutMs: PROBE_MS },
  );
  const landed = exitCode === 0 ? 'yes' : exitCode === 1 ? 'no' : 'unknown';
  return { landed, evidence: `The probe ${line} ended with exit code ${exitCode}.` };
}
