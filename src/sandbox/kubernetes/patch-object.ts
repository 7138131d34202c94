import { type ApiCall, type Cluster, json, type Reply, storageNamespace } from './api-call.ts';
import { ApiError } from './api-error.ts';
import { bodyObject } from './body.ts';
import type { Tree } from './json.ts';
import { patched } from './patch/patch-document.ts';
import { serverSideApply } from './patch/server-side-apply.ts';
import { presentObject } from './present.ts';
import { existing } from './read.ts';
import { groupVersionOf, storageKey } from './resource-types.ts';
import { schemaOf } from './schema/kinds.ts';
import { asServed } from './served-versions.ts';
import type { StoredObject } from './store.ts';
import { APPLY_PATCH, checkFields, checkIdentity, storeChanged, storeNew, writerOf } from './write.ts';

/** PATCH in any of its types. */
export function patchObject(cluster: Cluster, call: ApiCall): Reply {
  if (call.contentType === APPLY_PATCH) return applyObject(cluster, call);
  const before = existing(cluster, call);
  const result = patched(call, asServed(call.type, before), schemaOf(storageKey(call.type)));
  checkFields(cluster, call, result, (problem) => patchInvalid(call, problem));
  const after = storeChanged(cluster, call, before, checkIdentity(call, result));
  return json(200, presentObject(cluster, call, after));
}

function patchInvalid(call: ApiCall, problem: string): ApiError {
  const message = `Invalid value: ${JSON.stringify(call.body.toString('utf8'))}: ${problem}`;
  return new ApiError(422, 'Invalid', ` "" is invalid: patch: ${message}`, {
    causes: [{ reason: 'FieldValueInvalid', message, field: 'patch' }],
  });
}

function applyObject(cluster: Cluster, call: ApiCall): Reply {
  const config: Tree = structuredClone(bodyObject(call));
  checkFields(cluster, call, config, (problem) =>
    ApiError.badRequest(
      `failed to create typed patch object (${call.namespace ?? ''}/${call.name}; ${config.apiVersion}, Kind=${config.kind}): ${problem}`,
    ),
  );
  const expected = groupVersionOf(call.type);
  if (config.apiVersion !== expected) {
    throw ApiError.badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${config.apiVersion ?? ''}, expected: ${expected}`,
    );
  }
  const wanted = checkIdentity(call, config);
  if ((config.metadata as Tree | undefined)?.managedFields !== undefined) {
    throw ApiError.badRequest('metadata.managedFields must be nil');
  }
  const key = storageKey(call.type);
  const live: StoredObject | undefined = cluster.store.get(key, storageNamespace(call), call.name ?? '');
  const result = serverSideApply(live, wanted, schemaOf(key), {
    force: call.query.get('force') === 'true',
    writer: writerOf(cluster, call),
  });
  if (live === undefined) return json(201, presentObject(cluster, call, storeNew(cluster, call, result)));
  return json(200, presentObject(cluster, call, storeChanged(cluster, call, live, result)));
}
