import { any, boolean, integer, keyed, list, map, object, type Schema, set, string } from './schema.ts';

const ownerReference = object(
  {
    apiVersion: string,
    kind: string,
    name: string,
    uid: string,
    controller: boolean,
    blockOwnerDeletion: boolean,
  },
  { atomic: true },
);

export const objectMeta = object({
  name: string,
  generateName: string,
  namespace: string,
  selfLink: string,
  uid: string,
  resourceVersion: string,
  generation: integer,
  creationTimestamp: string,
  deletionTimestamp: string,
  deletionGracePeriodSeconds: integer,
  labels: map(string),
  annotations: map(string),
  ownerReferences: keyed(ownerReference, 'uid'),
  finalizers: set(string),
  managedFields: list(any),
});

export const labelSelector = object(
  {
    matchLabels: map(string),
    matchExpressions: list(object({ key: string, operator: string, values: list(string) })),
  },
  { atomic: true },
);

export const conditions = keyed(
  object({
    type: string,
    status: string,
    observedGeneration: integer,
    lastProbeTime: string,
    lastUpdateTime: string,
    lastTransitionTime: string,
    reason: string,
    message: string,
  }),
  'type',
);

/** A whole object: apiVersion, kind and metadata beside its own fields. */
export function kindOf(fields: Readonly<Record<string, Schema>>): Schema {
  return object({ apiVersion: string, kind: string, metadata: objectMeta, ...fields });
}
