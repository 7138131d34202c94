import type { Json, JsonObject } from '../../ports/json.ts';
import { valueAt } from './changed-fields.ts';

/** Fields that a merge patch sets and that the rehearsed object lacks: the server does not know them. Lists are not looked into. */
export function ignoredFields(patch: Json, after: JsonObject, path = ''): readonly string[] {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return [];
  return Object.entries(patch).flatMap(([name, value]) => {
    const at = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    // null removes a field; a name with $ is a directive of strategic merge
    if (value === null || name.startsWith('$')) return [];
    if (valueAt(after, at) === undefined) return isEmpty(value) ? [] : [at];
    return ignoredFields(value, after, at);
  });
}

function isEmpty(value: Json): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
