import { z } from 'zod';
import { namespaceField } from '../fields.ts';
import { readingPlan } from '../reading-plan.ts';
import { defineKind } from '../step-kind.ts';
import { reviewAccess } from './access.ts';
import { placeOf } from './place.ts';
import { plainObject } from './plain.ts';
import { resourceField, resourceText, resourceType } from './resource-type.ts';

/** More items than this would swell the journal; their names are all there. */
const ITEMS_KEPT = 200;

const data = z.object({
  group: z.string(),
  resource: z.string(),
  namespace: z.string(),
  labelSelector: z.string().nullable(),
  fieldSelector: z.string().nullable(),
});

/** Reads the objects of one type that a selector picks. */
export const list = defineKind({
  kind: 'kubernetes/list',
  description: 'Reads the objects of one type, all or those that a selector picks.',
  schema: z.strictObject({
    resource: resourceField.describe('What they are: "pods", "deployments", "rollouts.argoproj.io".'),
    selector: z.string().min(1).optional().describe('A label selector: "app=web,tier in (front,back)".'),
    'field-selector': z.string().min(1).optional().describe('A field selector: "status.phase=Running".'),
    namespace: namespaceField,
  }),
  risk: 'safe',
  outputs: {
    items: `The objects, the first ${ITEMS_KEPT}; the values of Secrets are not shown.`,
    names: 'The names of all of them.',
    count: 'How many there are.',
  },
  window: { forMs: 0, withinMs: 10_000, everyMs: 2_000 },
  describe: ({ resource, selector }) =>
    `List ${resource}${selector === undefined ? '' : ` with ${selector}`}`,
  plan: async (params, context) => {
    const { kube, namespace, options } = await placeOf(context, params.namespace);
    const type = resourceType(params.resource);
    const permissions = await reviewAccess(kube, [{ verb: 'list', ...type, namespace }], options);
    return readingPlan(
      `list ${resourceText(type)}${params.selector === undefined ? '' : ` with ${params.selector}`}`,
      {
        ...type,
        namespace,
        labelSelector: params.selector ?? null,
        fieldSelector: params['field-selector'] ?? null,
      },
      permissions,
    );
  },
  observe: async (plan, context) => {
    const { labelSelector, fieldSelector, ...type } = data.parse(plan.data);
    const { kube, options } = await placeOf(context, type.namespace);
    const { items } = await kube.list(
      {
        ...type,
        ...(labelSelector === null ? {} : { labelSelector }),
        ...(fieldSelector === null ? {} : { fieldSelector }),
      },
      options,
    );
    const names = items.map(({ metadata }) => metadata.name);
    return {
      holds: true,
      summary: `${items.length}`,
      evidence: [
        `${items.length} ${resourceText(type)}${names.length === 0 ? '' : `: ${names.slice(0, 20).join(', ')}`}${names.length > 20 ? ' …' : ''}`,
        ...(items.length > ITEMS_KEPT ? [`only the first ${ITEMS_KEPT} are kept in the outputs`] : []),
      ],
      outputs: { items: items.slice(0, ITEMS_KEPT).map(plainObject), names, count: items.length },
    };
  },
});
