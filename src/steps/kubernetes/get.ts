import { z } from 'zod';
import { nameField, namespaceField } from '../fields.ts';
import { readingPlan } from '../reading-plan.ts';
import { defineKind } from '../step-kind.ts';
import { reviewAccess } from './access.ts';
import { nameOf, placeOf } from './place.ts';
import { plainObject } from './plain.ts';
import { resourceField, resourceText, resourceType } from './resource-type.ts';

const data = z.object({ group: z.string(), resource: z.string(), name: z.string(), namespace: z.string() });

/** Reads one object. */
export const get = defineKind({
  kind: 'kubernetes/get',
  description: 'Reads one object; expressions find it in result.object.',
  schema: z.strictObject({
    resource: resourceField.describe('What it is: "services", "deployments", "rollouts.argoproj.io".'),
    name: nameField.describe('Its name.'),
    namespace: namespaceField,
  }),
  risk: 'safe',
  outputs: { object: 'The object; the values of a Secret are not shown.' },
  window: { forMs: 0, withinMs: 10_000, everyMs: 2_000 },
  describe: ({ resource, name }) => `Read ${resource} ${name}`,
  plan: async ({ resource, name, namespace: given }, context) => {
    const { kube, namespace, options } = await placeOf(context, given);
    const type = resourceType(resource);
    const permissions = await reviewAccess(kube, [{ verb: 'get', ...type, namespace, name }], options);
    return readingPlan(`read ${resourceText(type)} ${name}`, { ...type, name, namespace }, permissions);
  },
  observe: async (plan, context) => {
    const ref = data.parse(plan.data);
    const { kube, options } = await placeOf(context, ref.namespace);
    const object = await kube.get(ref, options);
    return {
      holds: true,
      summary: nameOf(object),
      evidence: [`${nameOf(object)} is at resourceVersion ${object.metadata.resourceVersion ?? 'unknown'}`],
      outputs: { object: plainObject(object) },
    };
  },
});
