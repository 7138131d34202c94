import rfc6902 from 'rfc6902';
import { PortFailure } from '../../src/ports/failure.ts';
import type { Json, JsonObject } from '../../src/ports/json.ts';
import type { KubeObject, ListRequest } from '../../src/ports/kubernetes.ts';

/** RFC 7386. Also stands in for strategic merge, which differs only for lists with a merge key. */
export function mergePatch(target: Json, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result: Record<string, Json> = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = mergePatch(result[name] ?? null, value);
  }
  return result;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Label and field selectors as the API server reads them. */
export function selects(request: ListRequest, object: KubeObject): boolean {
  const labels = object.metadata.labels ?? {};
  return (
    requirements(request.labelSelector).every((each) => meets(each, labels)) &&
    requirements(request.fieldSelector).every((each) => meets(each, fields(object)))
  );
}

function requirements(selector: string | undefined): string[] {
  if (selector === undefined || selector.trim() === '') return [];
  return selector.split(/,(?![^(]*\))/).map((each) => each.trim());
}

function meets(requirement: string, values: Readonly<Record<string, string>>): boolean {
  const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(requirement);
  if (set !== null) {
    const [, name = '', operator, list = ''] = set;
    const among = list
      .split(',')
      .map((each) => each.trim())
      .includes(values[name] ?? '');
    return operator === 'in' ? among : !among;
  }
  const equality = /^([^!=\s]+)\s*(==|=|!=)\s*(\S*)$/.exec(requirement);
  if (equality !== null) {
    const [, name = '', operator, value = ''] = equality;
    return operator === '!=' ? values[name] !== value : values[name] === value;
  }
  return requirement.startsWith('!') ? !(requirement.slice(1) in values) : requirement in values;
}

function fields(object: KubeObject): Record<string, string> {
  const involved = object.involvedObject as { uid?: string; name?: string; kind?: string } | undefined;
  return {
    'metadata.name': object.metadata.name,
    'metadata.namespace': object.metadata.namespace ?? '',
    'status.phase': typeof object.status?.phase === 'string' ? object.status.phase : '',
    'involvedObject.uid': involved?.uid ?? '',
    'involvedObject.name': involved?.name ?? '',
    'involvedObject.kind': involved?.kind ?? '',
  };
}

/** What the scale subresource shows of a workload. */
export function scaleOf(object: KubeObject): KubeObject {
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: object.metadata,
    spec: { replicas: object.spec?.replicas ?? 1 },
    status: { replicas: object.status?.replicas ?? 0 },
  };
}

/** The generation counts changes of the spec. */
export function bumped(before: KubeObject, after: KubeObject): KubeObject {
  if (JSON.stringify(before.spec) === JSON.stringify(after.spec)) return after;
  return { ...after, metadata: { ...after.metadata, generation: (before.metadata.generation ?? 0) + 1 } };
}

export function applyJsonPatch(object: KubeObject, patch: Json): KubeObject {
  const copy = structuredClone(object);
  const problems = rfc6902
    .applyPatch(copy, patch as unknown as rfc6902.Operation[])
    .filter((each) => each !== null);
  if (problems.length > 0) {
    throw new PortFailure('The object is not what the patch was made for: a test in it failed.', {
      reason: 'conflict',
      status: 422,
    });
  }
  return copy;
}
