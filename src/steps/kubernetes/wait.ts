import { z } from 'zod';
import { condition } from '../../cluster/selector.ts';
import { PortFailure } from '../../ports/failure.ts';
import type { KubeObject } from '../../ports/kubernetes.ts';
import { nameField, namespaceField } from '../fields.ts';
import { readingPlan } from '../reading-plan.ts';
import { defineKind } from '../step-kind.ts';
import { reviewAccess } from './access.ts';
import { type Place, placeOf } from './place.ts';
import { plainObject } from './plain.ts';
import { resourceField, resourceText, resourceType } from './resource-type.ts';

const GOAL = /^(?:delete|exists|condition=([A-Za-z0-9./-]+)(?:=(True|False|Unknown))?)$/;

const data = z.object({
  group: z.string(),
  resource: z.string(),
  namespace: z.string(),
  name: z.string().nullable(),
  selector: z.string().nullable(),
  goal: z.string(),
});
type Waited = z.infer<typeof data>;

/** Waits for a condition of one object, or of all that a selector picks. */
export const wait = defineKind({
  kind: 'kubernetes/wait',
  description:
    'Waits until an object, or each that a selector picks, has a condition, exists or is gone; verify.expect can ask for anything else of result.object.',
  schema: z
    .strictObject({
      resource: resourceField.describe('What it is: "pods", "deployments", "rollouts.argoproj.io".'),
      name: nameField.optional().describe('The name of one object.'),
      selector: z.string().min(1).optional().describe('A label selector, in place of a name.'),
      for: z
        .string()
        .regex(GOAL, 'expected "condition=Available", "condition=Ready=False", "exists" or "delete"')
        .describe('What is waited for: "condition=Available", "exists" or "delete".'),
      namespace: namespaceField,
    })
    .refine(({ name, selector }) => (name === undefined) !== (selector === undefined), {
      message: 'expected either a name or a selector',
    }),
  risk: 'safe',
  outputs: {
    object: 'The object, the first one where a selector is given; null when there is none.',
    count: 'How many objects were looked at.',
  },
  window: { forMs: 0, withinMs: 300_000, everyMs: 2_000 },
  describe: ({ resource, name, selector, for: goal }) => `Wait for ${resource} ${name ?? selector}: ${goal}`,
  plan: async ({ resource, name, selector, for: goal, namespace: given }, context) => {
    const { kube, namespace, options } = await placeOf(context, given);
    const type = resourceType(resource);
    const request =
      name === undefined ? { verb: 'list', ...type, namespace } : { verb: 'get', ...type, namespace, name };
    const permissions = await reviewAccess(kube, [request], options);
    return readingPlan(
      `wait for ${resourceText(type)} ${name ?? selector}: ${goal}`,
      { ...type, namespace, name: name ?? null, selector: selector ?? null, goal },
      permissions,
    );
  },
  observe: async (plan, context) => {
    const waited = data.parse(plan.data);
    const objects = await find(await placeOf(context, waited.namespace), waited);
    const reached = objects.filter((object) => reaches(object, waited.goal));
    const what = `${resourceText(waited)} ${waited.name ?? `with ${waited.selector}`}`;
    const gone = waited.goal === 'delete';
    return {
      holds: gone ? objects.length === 0 : objects.length > 0 && reached.length === objects.length,
      summary: gone ? `${objects.length} left` : `${reached.length}/${objects.length}`,
      evidence: [
        objects.length === 0
          ? `${what}: there is none`
          : gone
            ? `${what}: ${objects.length} still there`
            : `${what}: ${reached.length} of ${objects.length} reached ${waited.goal}`,
        ...objects.flatMap((object) => whyNot(object, waited.goal)),
      ],
      outputs: { object: objects[0] === undefined ? null : plainObject(objects[0]), count: objects.length },
    };
  },
});

async function find(
  { kube, options }: Place,
  { name, selector, ...type }: Waited,
): Promise<readonly KubeObject[]> {
  if (name === null) {
    return (await kube.list({ ...type, ...(selector === null ? {} : { labelSelector: selector }) }, options))
      .items;
  }
  try {
    return [await kube.get({ ...type, name }, options)];
  } catch (error) {
    if (error instanceof PortFailure && error.reason === 'not-found') return [];
    throw error;
  }
}

function reaches(object: KubeObject, goal: string): boolean {
  const [, type, status = 'True'] = GOAL.exec(goal) ?? [];
  return type === undefined ? goal === 'exists' : condition(object, type)?.status === status;
}

function whyNot(object: KubeObject, goal: string): string[] {
  const type = GOAL.exec(goal)?.[1];
  if (type === undefined || reaches(object, goal)) return [];
  const now = condition(object, type);
  const state = now === undefined ? 'is not reported' : `is ${now.status}`;
  const why = now?.message ?? now?.reason;
  return [`${object.metadata.name}: ${type} ${state}${why === undefined ? '' : `, ${why}`}`];
}
