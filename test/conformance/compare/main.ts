import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { runSandbox } from '../../sandbox/sandbox-process.ts';
import { type Answer, openSide, type Side } from './cluster.ts';
import { COMMANDS } from './commands.ts';
import { CREATING } from './creating.ts';
import { differences, lineDifferences, normalText, normalValue } from './normal.ts';
import { PATCHING_SERVICES } from './patching-services.ts';
import { PATCHING_WORKLOADS } from './patching-workloads.ts';
import { READING } from './reading.ts';
import { type Step, titleOf } from './step.ts';

// Says in what the sandbox differs from a real cluster of any version:
// node test/conformance/compare/main.ts --kubeconfig FILE [--context NAME] [--kubectl PROGRAM] [--only WORD]
// The real one needs the image of requests.ts, a program that answers /healthz on port 8080.
const { values } = parseArgs({
  options: {
    kubeconfig: { type: 'string' },
    context: { type: 'string', default: 'admin' },
    kubectl: { type: 'string', default: 'kubectl' },
    only: { type: 'string' },
  },
});

const SLOW_MS = 3000;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function compare(step: Step, real: Answer, sandbox: Answer): string[] {
  const codes = real.code === sandbox.code ? [] : [`code: ${real.code} | ${sandbox.code}`];
  const managed = 'managed' in step && step.managed === true;
  const [theirs, ours] = [parsed(real.text), parsed(sandbox.text)];
  const texts =
    theirs !== undefined && ours !== undefined
      ? differences(normalValue(theirs, managed), normalValue(ours, managed))
      : lineDifferences(normalText(real.text), normalText(sandbox.text));
  if (codes.length > 0) return [...codes, `real: ${messageOf(real)}`, `sandbox: ${messageOf(sandbox)}`];
  return [...codes, ...texts, ...lineDifferences(normalText(real.problems), normalText(sandbox.problems))];
}

function messageOf({ text, problems }: Answer): string {
  const said = (parsed(text) as { message?: string } | undefined)?.message;
  return normalText(said ?? (problems || text)).slice(0, 400);
}

const version = JSON.parse(
  (
    await openSide({ ...target('real', values.kubeconfig ?? '', values.context), namespace: 'x' }).do({
      http: 'GET',
      path: '/version',
    })
  ).text,
).gitVersion;
const own = await runSandbox({ preset: 'banking-app', cluster: { version }, nodes: 1, prometheus: false });

function target(name: string, kubeconfig: string, context: string) {
  return { name, kubeconfig, context, program: values.kubectl };
}

const namespace = `compare-${randomBytes(3).toString('hex')}`;
const sides: readonly [Side, Side] = [
  openSide({ ...target('real', values.kubeconfig ?? '', values.context), namespace }),
  openSide({ ...target('sandbox', own.ready.kubeconfig, 'sandbox-admin'), namespace }),
];
const path = `/api/v1/namespaces/${namespace}`;
const create: Step = {
  http: 'POST',
  path: '/api/v1/namespaces',
  body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
};
const settle: Step = { until: 'get sa default -o name', prints: /default/ };
const all = [
  create,
  settle,
  ...CREATING,
  ...READING,
  ...PATCHING_SERVICES,
  ...PATCHING_WORKLOADS,
  ...COMMANDS,
];
const steps =
  values.only === undefined
    ? all
    : all.filter((step, index) => index < 2 || titleOf(step).includes(values.only ?? ''));

/** Side by side, so that what takes time takes it on both. */
async function answersOf(step: Step): Promise<readonly [Answer, Answer]> {
  const answered = (side: Side) =>
    side.do(step).catch((error): Answer => ({ code: -2, text: String(error), problems: '' }));
  const [real, sandbox] = sides;
  return Promise.all([answered(real), answered(sandbox)]);
}

try {
  let different = 0;
  for (const step of steps) {
    const started = Date.now();
    const [real, sandbox] = await answersOf(step);
    const found = 'until' in step ? [] : compare(step, real, sandbox);
    if (Date.now() - started > SLOW_MS) console.log(`\n(${Date.now() - started} ms) ${titleOf(step)}`);
    if (found.length === 0) continue;
    different += 1;
    console.log(`\n## ${titleOf(step)}\n${found.join('\n')}`);
  }
  console.log(`\n${steps.length} steps, ${different} different`);
} finally {
  await Promise.all(sides.map((side) => side.do({ http: 'DELETE', path })));
  await own.stop();
}
