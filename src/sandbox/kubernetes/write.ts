import { invalid } from './admission/causes.ts';
import { pruneUnknownFields } from './admission/known-fields.ts';
import { validate } from './admission/validation.ts';
import { type ApiCall, type Cluster, json, type Reply, storageNamespace } from './api-call.ts';
import { ApiError } from './api-error.ts';
import { bodyObject } from './body.ts';
import { isTree, type Tree } from './json.ts';
import { kubernetesTime } from './memory-store.ts';
import { nameSuffix } from './name-suffix.ts';
import { recordUpdate, STATUS_OWNED_APART_SINCE, type Writer } from './patch/managed-fields.ts';
import { presentObject } from './present.ts';
import { existing } from './read.ts';
import { groupVersionOf, minorVersion, storageKey } from './resource-types.ts';
import { schemaOf } from './schema/kinds.ts';
import { asStored } from './served-versions.ts';
import type { StoredObject } from './store.ts';

/** Metadata that only the server sets: what a client sends there is ignored. */
const SERVER_OWNED = [
  'uid',
  'creationTimestamp',
  'generation',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
];

/** Server-side field validation came with 1.25; older servers drop unknown fields in silence. */
const FIELD_VALIDATION_SINCE = 25;

/** Who writes, for managedFields: as the query says, else the program's name. */
export function writerOf(cluster: Cluster, call: ApiCall): Writer {
  const program = call.userAgent.split('/')[0] || 'unknown';
  return {
    manager: call.query.get('fieldManager') || program,
    time: kubernetesTime(cluster.now()),
    ...(minorVersion(cluster.version) < STATUS_OWNED_APART_SINCE
      ? { whole: call.subresource === 'status' }
      : { ...(call.subresource === undefined ? {} : { subresource: call.subresource }) }),
  };
}

/** What the caller wants done about fields that the type does not have. */
function fieldValidation(cluster: Cluster, call: ApiCall): string {
  if (minorVersion(cluster.version) < FIELD_VALIDATION_SINCE) return 'Ignore';
  return call.query.get('fieldValidation') || 'Warn';
}

/** Drops unknown fields, warning or refusing as the call asks. Throws what `refuse` makes of the problem. */
export function checkFields(
  cluster: Cluster,
  call: ApiCall,
  object: Tree,
  refuse: (problem: string) => ApiError,
): void {
  const { unknown, mistyped } = pruneUnknownFields(object, schemaOf(storageKey(call.type)), call.type.kind);
  if (mistyped[0] !== undefined) throw refuse(mistyped[0]);
  const problems = unknown.map((path) => `unknown field "${path}"`);
  if (problems.length === 0) return;
  const validation = fieldValidation(cluster, call);
  if (validation === 'Strict') throw refuse(`strict decoding error: ${problems.join(', ')}`);
  if (validation === 'Warn') call.warnings.push(...problems);
}

/** Throws ApiError unless the body is of the type, namespace and name of the path. */
export function checkIdentity(call: ApiCall, body: Tree): StoredObject {
  const { kind, group } = call.type;
  const groupVersion = groupVersionOf(call.type);
  if (body.kind !== undefined && body.kind !== kind) {
    throw ApiError.badRequest(
      `${body.kind} in version "${body.apiVersion}" cannot be handled as a ${kind}: converting (${String(body.apiVersion).split('/').at(-1)}.${body.kind}) to (${group}.${kind}): unknown conversion`,
    );
  }
  if (body.apiVersion !== undefined && body.apiVersion !== groupVersion) {
    throw ApiError.badRequest(
      `the API version in the data (${body.apiVersion}) does not match the expected API version (${groupVersion})`,
    );
  }
  const metadata: Tree = isTree(body.metadata) ? body.metadata : {};
  const namespace = storageNamespace(call);
  if (namespace !== undefined && metadata.namespace !== undefined && metadata.namespace !== namespace) {
    throw ApiError.badRequest(
      call.name === undefined
        ? 'the namespace of the provided object does not match the namespace sent on the request'
        : `the namespace of the object (${metadata.namespace}) does not match the namespace on the request (${namespace})`,
    );
  }
  if (call.name !== undefined && metadata.name !== undefined && metadata.name !== call.name) {
    throw ApiError.badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${call.name})`,
    );
  }
  return {
    ...body,
    apiVersion: groupVersion,
    kind,
    metadata: {
      ...metadata,
      ...(call.name === undefined ? {} : { name: call.name }),
      ...(namespace === undefined ? {} : { namespace }),
    },
  } as StoredObject;
}

export function createObject(cluster: Cluster, call: ApiCall): Reply {
  const isNowhere = call.type.namespaced && call.namespace === undefined;
  if (call.name !== undefined || isNowhere) throw ApiError.methodNotAllowed();
  const body = structuredClone(bodyObject(call));
  const { kind, version } = call.type;
  checkFields(cluster, call, body, (problem) =>
    ApiError.badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${problem}`),
  );
  const object = checkIdentity(call, body);
  if (object.metadata.resourceVersion) {
    throw ApiError.badRequest('resourceVersion should not be set on objects to be created');
  }
  const { generateName } = object.metadata;
  if (!object.metadata.name && typeof generateName === 'string') {
    object.metadata.name = generateName + nameSuffix();
  }
  return json(201, presentObject(cluster, call, storeNew(cluster, call, object)));
}

/** Stores an object that is not there yet, or shows what would be stored in a dry run. */
export function storeNew(cluster: Cluster, call: ApiCall, object: StoredObject): StoredObject {
  const key = storageKey(call.type);
  const { namespace } = object.metadata;
  const parent = { group: '', resource: 'namespaces' };
  if (namespace !== undefined && cluster.store.get(parent, undefined, namespace) === undefined) {
    throw ApiError.notFound(parent, namespace);
  }
  for (const field of SERVER_OWNED) delete object.metadata[field];
  if (hasStatus(call)) delete object.status;
  const draft = cluster.store.prepareCreate(key, asStored(call.type, object));
  validate(call.type, draft);
  if (call.contentType !== APPLY_PATCH) {
    recordUpdate(undefined, draft, schemaOf(key), writerOf(cluster, call));
  }
  if (!call.dryRun) return cluster.store.create(key, draft);
  cluster.store.assertFree(key, draft.metadata);
  return draft;
}

/** Media type of server-side apply, which records its own fields. */
export const APPLY_PATCH = 'application/apply-patch+yaml';

function hasStatus(call: ApiCall): boolean {
  return call.type.subresources.some((sub) => sub.name === 'status');
}

/** What a write may change: through `/status` the status alone, otherwise all but the status. */
function withinScope(call: ApiCall, before: StoredObject, after: StoredObject): StoredObject {
  if (call.subresource === 'status') {
    const metadata = { ...before.metadata, managedFields: after.metadata.managedFields ?? [] };
    return { ...before, metadata, status: after.status };
  }
  if (!hasStatus(call)) return after;
  const { status: _status, ...rest } = after;
  return before.status === undefined
    ? (rest as StoredObject)
    : { ...(rest as StoredObject), status: before.status };
}

/** Only a whole object that is put names its uid as a precondition. */
function otherUid(call: ApiCall, { metadata }: StoredObject, uid: string): ApiError {
  if (call.verb === 'update') {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`;
    return ApiError.conflict(call.type, metadata.name, why);
  }
  const cause = invalid('metadata.uid', uid, 'field is immutable');
  return ApiError.invalid(call.type.kind, call.type.group, metadata.name, [cause]);
}

/** Stores `after` in the place of `before`, or shows what would be stored in a dry run. */
export function storeChanged(
  cluster: Cluster,
  call: ApiCall,
  before: StoredObject,
  after: StoredObject,
): StoredObject {
  const key = storageKey(call.type);
  const wanted = after.metadata.resourceVersion;
  if (wanted && wanted !== before.metadata.resourceVersion) {
    throw ApiError.conflict(call.type, before.metadata.name);
  }
  const { uid } = after.metadata;
  if (uid && uid !== before.metadata.uid) throw otherUid(call, before, uid);
  const object = withinScope(call, before, structuredClone(asStored(call.type, after)));
  // Who leaves them out does not mean to forget who owns what.
  object.metadata.managedFields ??= structuredClone(before.metadata.managedFields ?? []);
  for (const field of SERVER_OWNED) {
    if (before.metadata[field] === undefined) delete object.metadata[field];
    else object.metadata[field] = before.metadata[field];
  }
  const options = { ofWhole: call.subresource === undefined };
  const draft = cluster.store.prepareUpdate(key, object, options);
  validate(call.type, draft, before);
  if (call.contentType !== APPLY_PATCH) {
    recordUpdate(before, draft, schemaOf(key), writerOf(cluster, call));
  }
  if (draft.metadata.managedFields?.length === 0) delete draft.metadata.managedFields;
  if (call.dryRun) return draft;
  const stored = cluster.store.update(key, draft, options);
  const { deletionTimestamp, finalizers } = stored.metadata;
  const isLetGo = call.type.resource !== 'pods' && deletionTimestamp !== undefined && !hasItems(finalizers);
  if (isLetGo) cluster.store.remove(key, stored.metadata.namespace, stored.metadata.name);
  return stored;
}

function hasItems(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0;
}

export function replaceObject(cluster: Cluster, call: ApiCall): Reply {
  const before = existing(cluster, call);
  const body = structuredClone(bodyObject(call));
  const { kind, version } = call.type;
  checkFields(cluster, call, body, (problem) =>
    ApiError.badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${problem}`),
  );
  const after = storeChanged(cluster, call, before, checkIdentity(call, body));
  return json(200, presentObject(cluster, call, after));
}
