import { applyPatch } from 'rfc6902';
import type { ApiCall } from '../api-call.ts';
import { ApiError } from '../api-error.ts';
import { isTree, type Tree } from '../json.ts';
import type { Schema } from '../schema/schema.ts';
import { mergePatch } from './merge-patch.ts';
import { strategicMerge } from './strategic-merge.ts';

const ACCEPTED = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

/** How real servers answer a JSON patch that does not apply, a failed `test` included: without saying why. */
function doesNotApply(): ApiError {
  return new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}

type Operations = Parameters<typeof applyPatch>[1];

function jsonPatched(target: Tree, operations: unknown): Tree {
  if (
    !Array.isArray(operations) ||
    !operations.every((item) => isTree(item) && typeof item.op === 'string')
  ) {
    throw ApiError.badRequest(
      'error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch',
    );
  }
  const draft = structuredClone(target);
  const isPointer = (path: unknown) => path === undefined || /^(\/|$)/.test(String(path));
  if (!operations.every(({ path, from }: Tree) => isPointer(path) && isPointer(from))) throw doesNotApply();
  const errors = applyPatch(draft, operations as Operations);
  if (errors.some((error) => error !== null)) throw doesNotApply();
  return draft;
}

/** `target` after the patch of the call's body, which may be of any type but server-side apply. */
export function patched(call: ApiCall, target: Tree, schema: Schema): Tree {
  const patch = call.document;
  if (call.contentType === 'application/json-patch+json') return jsonPatched(target, patch);
  if (!ACCEPTED.includes(call.contentType)) {
    throw ApiError.unsupportedMediaType('415: Unsupported Media Type', {});
  }
  if (!isTree(patch)) {
    throw ApiError.badRequest(
      'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
    );
  }
  if (call.contentType === 'application/merge-patch+json') return mergePatch(target, patch) as Tree;
  return strategicMerge(target, patch, schema);
}
