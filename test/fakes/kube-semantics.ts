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
