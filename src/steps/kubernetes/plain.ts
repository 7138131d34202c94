import type { JsonObject } from '../../ports/json.ts';
import type { KubeObject } from '../../ports/kubernetes.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** An object fit for outputs and for the journal: without bookkeeping, and without the values of a Secret. */
export function plainObject(object: KubeObject): JsonObject {
  const { managedFields: _, annotations, ...metadata } = object.metadata;
  const isSecret = object.kind === 'Secret';
  const kept = Object.entries(annotations ?? {}).filter(([name]) => !isSecret || name !== LAST_APPLIED);
  const plain: JsonObject = JSON.parse(
    JSON.stringify({
      ...object,
      metadata: annotations === undefined ? metadata : { ...metadata, annotations: Object.fromEntries(kept) },
      ...(isSecret ? { data: hidden(object.data), stringData: hidden(object.stringData) } : {}),
    }),
  );
  return plain;
}

function hidden(values: unknown): Record<string, string> | undefined {
  if (typeof values !== 'object' || values === null) return undefined;
  return Object.fromEntries(Object.keys(values).map((name) => [name, '(not shown)']));
}
