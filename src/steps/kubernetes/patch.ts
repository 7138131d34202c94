import { z } from 'zod';
import { jsonField, nameField, namespaceField } from '../fields.ts';
import {
  defineKind,
  type Landed,
  type Observation,
  type Outcome,
  type Plan,
  type PlanContext,
  type RunContext,
} from '../step-kind.ts';
import { sameValue, valueAt } from './changed-fields.ts';
import { sendGuarded } from './guarded.ts';
import { type Patching, patchData, patchRequest, patchTypes, planPatch, planRestore } from './patch-plan.ts';
import { nameOf, placeOf, writablePlace } from './place.ts';
import { plainObject } from './plain.ts';
import { resourceField, resourceType } from './resource-type.ts';

const operation = z.looseObject({
  op: z.enum(['add', 'remove', 'replace', 'move', 'copy', 'test']).describe('What is done.'),
  path: z.string().startsWith('/').describe('Where, a JSON Pointer: "/spec/replicas".'),
});

/** Changes fields of any object, after the API server has rehearsed exactly that. */
export const patch = defineKind({
  kind: 'kubernetes/patch',
  description:
    'Changes fields of an object with a patch that the API server has rehearsed; undo restores those fields.',
  schema: z
    .strictObject({
      resource: resourceField.describe('What it is: "services", "deployments", "rollouts.argoproj.io".'),
      name: nameField.describe('Its name.'),
      type: patchTypes.default('merge').describe('The type of the patch, as of kubectl patch.'),
      patch: z
        .union([z.array(operation).min(1), z.record(z.string(), jsonField)])
        .describe('The patch: a map, or for type json a list of operations. Preconditions are added to it.'),
      namespace: namespaceField,
    })
    .refine(({ type, patch: body }) => Array.isArray(body) === (type === 'json'), {
      path: ['patch'],
      message: 'expected a list of operations for type json, a map for any other type',
    })
    .refine(({ resource }) => resource !== 'secrets', {
      path: ['resource'],
      message: 'a Secret is not patched by a runbook, since its values would be written into the journal',
    }),
  risk: 'change',
  outputs: { object: 'The object now.', changed: 'The fields that were changed, JSON Pointers.' },
  window: { forMs: 0, withinMs: 60_000, everyMs: 1_000 },
  describe: ({ resource, name }) => `Patch ${resource} ${name}`,
  plan: async (params, context) => {
    const place = await placeOf(context, params.namespace);
    const target = { ...resourceType(params.resource), name: params.name, namespace: place.namespace };
    const body = jsonField.parse(params.patch);
    return planPatch(place, { target, type: params.type, patchFor: () => body });
  },
  run,
  observe,
  probe,
  undo: async (plan, context) => {
    const data = patchData.parse(plan.data);
    return planRestore(await placeOf(context, data.target.namespace), data);
  },
});

async function run(plan: Plan, context: RunContext): Promise<Outcome> {
  const data = patchData.parse(plan.data);
  const changed = data.changes?.map(({ path }) => path) ?? [];
  if (plan.alreadyDone)
    return { summary: 'unchanged', evidence: ['nothing had to be written'], outputs: { changed } };
  const { kube, options } = await writablePlace(context);
  const written = await sendGuarded(
    kube,
    (version) => patchRequest(data.target, data.type, data.patch, version),
    data,
    options,
  );
  return {
    summary: 'patched',
    evidence: [`${nameOf(written)} is at resourceVersion ${written.metadata.resourceVersion ?? 'unknown'}`],
    outputs: { changed },
  };
}

async function observe(plan: Plan, context: PlanContext): Promise<Observation> {
  const data = patchData.parse(plan.data);
  const { kube, options } = await placeOf(context, data.target.namespace);
  const object = await kube.get(data.target, options);
  const found = compare(plainObject(object), data);
  const { generation } = object.metadata;
  const seen = object.status?.observedGeneration;
  const observed = typeof seen !== 'number' || generation === undefined || seen >= generation;
  return {
    holds: found.missing.length === 0 && observed,
    summary:
      found.missing.length === 0
        ? observed
          ? 'as wanted'
          : 'not seen by its controller yet'
        : `${found.missing.length} fields differ`,
    evidence: [
      found.missing.length === 0
        ? `${nameOf(object)} has the wanted values`
        : `${nameOf(object)} differs in ${found.missing.join(', ')}`,
      ...(observed ? [] : ['its controller has not seen the change yet']),
    ],
    outputs: { object: plainObject(object), changed: data.changes?.map(({ path }) => path) ?? [] },
  };
}

async function probe(plan: Plan, context: PlanContext): Promise<Landed> {
  const data = patchData.parse(plan.data);
  if (data.changes === null) return { landed: 'unknown', evidence: 'What the patch changes is not known.' };
  const { kube, options } = await placeOf(context, data.target.namespace);
  const object = await kube.get(data.target, options);
  const { missing, untouched } = compare(plainObject(object), data);
  const name = nameOf(object);
  if (missing.length === 0) return { landed: 'yes', evidence: `${name} has the wanted values.` };
  if (untouched === data.changes.length) return { landed: 'no', evidence: `${name} is as before.` };
  const some = missing.length < data.changes.length;
  return { landed: some ? 'partly' : 'unknown', evidence: `${name} differs in ${missing.join(', ')}.` };
}

/** Which fields lack the wanted value, and how many still have the former one. */
function compare(now: ReturnType<typeof plainObject>, { changes }: Patching) {
  const all = changes ?? [];
  return {
    missing: all.filter(({ path, after }) => !sameValue(valueAt(now, path), after)).map(({ path }) => path),
    untouched: all.filter(({ path, before }) => sameValue(valueAt(now, path), before)).length,
  };
}
