import { z } from 'zod';
import { endpointsVerdict } from '../../cluster/endpoints.ts';
import { PortFailure } from '../../ports/failure.ts';
import type { KubeObject } from '../../ports/kubernetes.ts';
import { nameField, namespaceField } from '../fields.ts';
import {
  defineKind,
  type Landed,
  type Observation,
  type Outcome,
  type Plan,
  type PlanContext,
  type RunContext,
  StepFailure,
} from '../step-kind.ts';
import { sendGuarded } from './guarded.ts';
import { lastChange } from './last-change.ts';
import { type Place, placeOf, writablePlace } from './place.ts';
import { planSwitch, type Switch, switchData, switchPatch } from './select-traffic-plan.ts';
import { swapWord } from './swap-word.ts';
import { endpointsBehind, podsOf, sameSelector, selectorOf, selectorText, selectorWord } from './traffic.ts';

/** Sends a Service's traffic to other pods by replacing its whole selector, and proves that it went there. */
export const selectTraffic = defineKind({
  kind: 'kubernetes/select-traffic',
  description:
    'Replaces the whole selector of a Service, after making sure that enough of the chosen pods are ready, and watches its endpoints until they are those pods alone.',
  schema: z
    .strictObject({
      service: nameField.describe('The Service whose traffic is sent elsewhere.'),
      selector: z
        .record(z.string().min(1), z.string())
        .refine((selector) => Object.keys(selector).length > 0, 'expected at least one label')
        .optional()
        .describe('The whole new selector; labels that are not named here are dropped from it.'),
      swap: z
        .strictObject({
          from: z.string().min(1).describe('A word of the selector as it is: green.'),
          to: z.string().min(1).describe('The word that takes its place: blue.'),
        })
        .optional()
        .describe('Instead of a selector: one word exchanged in every value of the selector as it is.'),
      'min-ready': z
        .int()
        .min(1)
        .default(1)
        .describe(
          'Refuse when fewer of the chosen pods are ready, and verify that at least so many get the traffic.',
        ),
      namespace: namespaceField,
    })
    .refine(({ selector, swap }) => (selector === undefined) !== (swap === undefined), {
      message: 'expected exactly one of selector and swap',
    }),
  risk: 'change',
  outputs: {
    selector: 'The selector now.',
    previous: 'The selector before.',
    pods: 'Names of the pods that get the traffic.',
    ready: 'How many there are.',
  },
  window: { forMs: 10_000, withinMs: 60_000, everyMs: 1_000 },
  describe: ({ service, selector, swap }) =>
    `Send the traffic of service/${service} to ${selector === undefined ? (swap?.to ?? '') : selectorText(selector)}`,
  plan: async (params, context) => {
    const place = await placeOf(context, params.namespace);
    const { service, swap } = params;
    const wanted = params.selector ?? (await swapped(place, service, swap?.from ?? '', swap?.to ?? ''));
    return planSwitch(place, { service, wanted, minReady: params['min-ready'] });
  },
  run,
  observe,
  probe,
  undo,
});

/** The selector as it is, with the one word exchanged; refused where nothing of it would change. */
async function swapped({ kube, namespace, options }: Place, service: string, from: string, to: string) {
  const object = await kube.get({ group: '', resource: 'services', name: service, namespace }, options);
  const before = selectorOf(object);
  const wanted = swapWord(before, from, to);
  const names = Object.values(wanted).some((value) => value.split(/[-_.]/).includes(to));
  if (names) return wanted;
  throw new StepFailure(
    `The selector of service/${service} ${selectorText(before)} does not name ${from}, so it cannot be turned to ${to}.`,
    {
      next: 'Look at what the Service selects, and switch it by hand or with a runbook that names the selector.',
    },
  );
}

async function run(plan: Plan, context: RunContext): Promise<Outcome> {
  const data = switchData.parse(plan.data);
  const word = selectorWord(data.before, data.wanted);
  const outputs = { selector: data.wanted, previous: data.before };
  if (plan.alreadyDone) return { summary: word, evidence: ['nothing had to be written'], outputs };
  const { kube, options } = await writablePlace(context);
  const written = await sendGuarded(
    kube,
    (version) => ({ target: targetOf(data), type: 'json', patch: switchPatch(version, data.wanted) }),
    data,
    options,
  );
  return {
    summary: word,
    evidence: [
      `the API server took the new selector at resourceVersion ${written.metadata.resourceVersion ?? 'unknown'}`,
    ],
    outputs,
  };
}

async function observe(plan: Plan, context: PlanContext): Promise<Observation> {
  const data = switchData.parse(plan.data);
  const place = await placeOf(context, data.namespace);
  const [service, backends, { endpoints, from }] = await Promise.all([
    readService(place, data),
    podsOf(place, data.wanted),
    endpointsBehind(place, data.service),
  ]);
  const now = selectorOf(service);
  const intended = new Set(backends.ready.map(({ metadata }) => metadata.name));
  const verdict = endpointsVerdict(endpoints, { minReady: data.minReady, pods: intended });
  const selected = sameSelector(now, data.wanted);
  const pods = endpoints.flatMap(({ ready, pod }) => (ready && pod !== undefined ? [pod] : []));
  return {
    holds: selected && verdict.holds,
    ...(selected ? {} : { hopeless: whoMoved(service, now, data) }),
    summary: `${selectorWord(data.before, data.wanted)} ${verdict.ready - verdict.strays.length}/${backends.pods.length}`,
    evidence: [...verdict.evidence, `traffic goes to ${pods.join(', ') || 'nothing'} (${from})`],
    outputs: { selector: now, previous: data.before, pods, ready: verdict.ready },
  };
}

function whoMoved(service: KubeObject, now: Switch['before'], { service: name, wanted }: Switch): string {
  const who = lastChange(service);
  return `The selector of service/${name} is ${selectorText(now)}, no longer ${selectorText(wanted)}${who === undefined ? '' : `; last changed by ${who}`}.`;
}

async function probe(plan: Plan, context: PlanContext): Promise<Landed> {
  const data = switchData.parse(plan.data);
  const place = await placeOf(context, data.namespace);
  try {
    const service = await readService(place, data);
    const now = selectorOf(service);
    const evidence = `The selector of service/${data.service} is ${selectorText(now)}`;
    if (sameSelector(now, data.wanted)) return { landed: 'yes', evidence: `${evidence}, as wanted.` };
    if (sameSelector(now, data.before)) return { landed: 'no', evidence: `${evidence}, as before.` };
    return { landed: 'unknown', evidence: `${evidence}: neither as before nor as wanted.` };
  } catch (error) {
    if (!(error instanceof PortFailure) || error.reason !== 'not-found') throw error;
    return { landed: 'unknown', evidence: `service/${data.service} is not there any more.` };
  }
}

async function undo(plan: Plan, context: PlanContext): Promise<Plan> {
  const data = switchData.parse(plan.data);
  return planSwitch(await placeOf(context, data.namespace), {
    service: data.service,
    wanted: data.before,
    minReady: data.minReady,
    undoOf: data,
  });
}

function readService({ kube, options }: Place, data: Switch): Promise<KubeObject> {
  return kube.get(targetOf(data), options);
}

function targetOf({ service: name, namespace }: Switch) {
  return { group: '', resource: 'services', name, namespace };
}
