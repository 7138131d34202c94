import { z } from 'zod';
import type { Json, JsonObject } from '../../ports/json.ts';
import type { KubeObject, PatchRequest, PatchType, ResourceRef } from '../../ports/kubernetes.ts';
import { jsonField } from '../fields.ts';
import { type Plan, StepFailure } from '../step-kind.ts';
import { reviewAccess } from './access.ts';
import { changedFields, changeLines, restoring, sameValue, valueAt } from './changed-fields.ts';
import { guardedJsonPatch, type Rehearsal, rehearse, type Version, versionOf } from './guarded.ts';
import { ignoredFields } from './ignored-fields.ts';
import { kubectlPatch } from './kubectl.ts';
import { lastChange } from './last-change.ts';
import { nameOf, type Place } from './place.ts';
import { plainObject } from './plain.ts';
import { resourceText } from './resource-type.ts';

export const patchTypes = z.enum(['json', 'merge', 'strategic']);

export const patchData = z.object({
  target: z.object({ group: z.string(), resource: z.string(), name: z.string(), namespace: z.string() }),
  uid: z.string(),
  resourceVersion: z.string(),
  type: patchTypes,
  patch: jsonField,
  /** Null where the server would not rehearse, so that nobody knows. A side that is absent was not there. */
  changes: z
    .array(
      z.object({ path: z.string(), before: jsonField.exactOptional(), after: jsonField.exactOptional() }),
    )
    .nullable(),
});
export type Patching = z.infer<typeof patchData>;

export interface PatchWish {
  readonly target: ResourceRef & { readonly namespace: string };
  readonly type: PatchType;
  /** The patch for the object as it is; without preconditions, which are added. */
  patchFor(object: KubeObject): Json;
  /** The patching that this one takes back. */
  readonly undoOf?: Patching;
}

/** Has the server rehearse a patch, and shows and keeps exactly the fields that it changes. */
export async function planPatch({ kube, options }: Place, wish: PatchWish): Promise<Plan> {
  const { target, type } = wish;
  const { group, resource, name, namespace } = target;
  const requestFor = (object: KubeObject) =>
    patchRequest(target, type, wish.patchFor(object), versionOf(object));
  const [rehearsal, permissions] = await Promise.all([
    rehearse(kube, target, requestFor, options),
    reviewAccess(kube, [{ verb: 'patch', group, resource, namespace, name }], options),
  ]);
  const { object, unrehearsed } = rehearsal;
  const changes = changesOf(rehearsal);
  const done = changes?.length === 0;
  const undoable = changes !== null;
  const called = nameOf(object);
  const data: Patching = {
    target: { group, resource, name, namespace },
    ...versionOf(object),
    type,
    patch: wish.patchFor(object),
    changes,
  };
  const count =
    changes === null
      ? 'fields that are not known'
      : `${changes.length} ${changes.length === 1 ? 'field' : 'fields'}`;
  return {
    summary: done ? `${called} is already as the patch wants it` : `patch ${called}: ${count}`,
    effects: done
      ? []
      : [
          {
            verb: 'patch',
            target: called,
            namespace,
            summary: `changes ${changes?.map(({ path }) => path).join(', ') ?? count}`,
            diff: changes === null ? patchText(data.patch) : changeLines(changes),
            command: kubectlPatch(
              { type: resourceText(target), name, namespace },
              type,
              patchRequest(target, type, data.patch, data).patch,
            ),
          },
        ],
    risk: done ? 'safe' : undoable ? 'change' : 'dangerous',
    ...(done || undoable ? {} : { confirmWord: name }),
    preconditions: done ? [] : [`${called} is still at resourceVersion ${data.resourceVersion}`],
    permissions,
    facts: unrehearsed === undefined ? ['the API server rehearsed this write and accepts it'] : [],
    warnings: [
      ...(unrehearsed === undefined ? [] : [unrehearsed]),
      ...(undoable
        ? []
        : ['It cannot be undone from here: without a rehearsal, what it changes is not known.']),
      ...changedSince(object, wish.undoOf),
      ...ignoredBy(rehearsal, type, data.patch),
    ],
    ...(done ? { alreadyDone: true } : undoable ? { undo: 'restores these fields as they are now' } : {}),
    data,
  };
}

function ignoredBy({ after }: Rehearsal, type: PatchType, patch: Json): string[] {
  const ignored = after === undefined || type === 'json' ? [] : ignoredFields(patch, plainObject(after));
  return ignored.map((path) => `The API server ignores ${path}: it knows no such field here.`);
}

function changesOf({ object, after }: Rehearsal): Patching['changes'] {
  if (after === undefined) return null;
  return changedFields(plainObject(object), plainObject(after)).map(({ path, before, after: value }) => ({
    path,
    ...(before === undefined ? {} : { before }),
    ...(value === undefined ? {} : { after: value }),
  }));
}

/** The patch with its preconditions: as tests in a JSON Patch, as metadata in the others. */
export function patchRequest(
  target: ResourceRef,
  type: PatchType,
  patch: Json,
  version: Version,
): PatchRequest {
  if (type === 'json')
    return { target, type, patch: guardedJsonPatch(version, Array.isArray(patch) ? patch : []) };
  const { uid, resourceVersion } = version;
  const body = isObject(patch) ? patch : {};
  const metadata = isObject(body.metadata) ? body.metadata : {};
  return { target, type, patch: { ...body, metadata: { ...metadata, uid, resourceVersion } } };
}

/** Plans the way back: every field that was changed gets its former value, whatever it is now. */
export async function planRestore(place: Place, data: Patching): Promise<Plan> {
  const { changes, target } = data;
  if (changes === null) {
    throw new StepFailure(`What the patch changed in ${target.resource} ${target.name} is not known.`, {
      next: 'Restore it by hand, and note what you did.',
    });
  }
  return planPatch(place, {
    target,
    type: 'json',
    patchFor: (object) => restoring(changes, plainObject(object)),
    undoOf: data,
  });
}

function changedSince(object: KubeObject, undoOf: Patching | undefined): string[] {
  const current = plainObject(object);
  const moved = (undoOf?.changes ?? []).filter(({ path, before, after }) => {
    const now = valueAt(current, path);
    return !sameValue(now, after) && !sameValue(now, before);
  });
  if (moved.length === 0) return [];
  const who = lastChange(object);
  return [
    `Somebody else changed ${nameOf(object)} since${who === undefined ? '' : ` (last change by ${who})`}: ${moved.map(({ path }) => path).join(', ')}. The undo overwrites that.`,
  ];
}

function patchText(patch: Json) {
  return JSON.stringify(patch, null, 2)
    .split('\n')
    .map((text) => ({ change: 'added' as const, text }));
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
