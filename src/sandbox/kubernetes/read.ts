import { type ApiCall, type Cluster, json, type Reply, storageNamespace } from './api-call.ts';
import { ApiError } from './api-error.ts';
import type { Tree } from './json.ts';
import { presentList, presentObject } from './present.ts';
import { storageKey } from './resource-types.ts';
import { isSelective, selection } from './selectors.ts';
import type { StoredObject } from './store.ts';

/** The object the call names. Throws ApiError NotFound. */
export function existing(cluster: Cluster, call: ApiCall): StoredObject {
  const name = call.name ?? '';
  const object = cluster.store.get(storageKey(call.type), storageNamespace(call), name);
  if (object === undefined) throw ApiError.notFound(call.type, name);
  return object;
}

export function getObject(cluster: Cluster, call: ApiCall): Reply {
  return json(200, presentObject(cluster, call, existing(cluster, call)));
}

/** Where a paged list goes on, as `continue` carries it. */
interface Continuation {
  readonly rv: number;
  /** `namespace/name` of the last object sent. */
  readonly after: string;
}

function encodeContinuation(continuation: Continuation): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', ...continuation })).toString('base64url');
}

function decodeContinuation(cluster: Cluster, token: string): Continuation {
  let continuation: Continuation;
  try {
    continuation = JSON.parse(Buffer.from(token, 'base64url').toString()) as Continuation;
  } catch {
    throw ApiError.badRequest('invalid continue token: continue key is not valid');
  }
  if (cluster.store.since(continuation.rv) === undefined) {
    throw new ApiError(
      410,
      'Expired',
      'The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.',
    );
  }
  return continuation;
}

function positionOf(object: StoredObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

/** Where in a list sorted by position what comes after `position` begins. */
function indexAfter(objects: readonly StoredObject[], position: string): number {
  let [low, high] = [0, objects.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const object = objects[middle];
    if (object !== undefined && positionOf(object) <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** 0 for no limit. Throws ApiError for what is no number. */
function limitOf(query: URLSearchParams): number {
  const text = query.get('limit') ?? '';
  if (!/^-?\d*$/.test(text)) {
    throw ApiError.badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`);
  }
  return Math.max(0, Number(text));
}

/** The revision that the query asks for. Throws ApiError for one that is no number, or not reached yet. */
function askedRevision(cluster: Cluster, query: URLSearchParams): number | undefined {
  const text = query.get('resourceVersion') ?? '';
  if (text === '') return undefined;
  const revision = Number(text);
  if (!/^\d+$/.test(text))
    throw ApiError.badRequest(
      `Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`,
    );
  if (revision > cluster.store.revision) {
    const message = `Timeout: Too large resource version: ${revision}, current: ${cluster.store.revision}`;
    throw new ApiError(504, 'Timeout', message, {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    });
  }
  return revision;
}

export function listObjects(cluster: Cluster, call: ApiCall): Reply {
  const { query, type } = call;
  askedRevision(cluster, query);
  const key = storageKey(type);
  const selected = selection(query, `${key.resource}.${key.group}`);
  const token = query.get('continue') ?? '';
  const from = token === '' ? undefined : decodeContinuation(cluster, token);
  const listed = cluster.store.list(key, storageNamespace(call));
  const start = from === undefined ? 0 : indexAfter(listed, from.after);
  const all = listed.slice(start).filter(selected);
  const page = all.slice(0, limitOf(query) || all.length);
  const revision = from?.rv ?? cluster.store.revision;
  const metadata: Tree = { resourceVersion: String(revision) };
  const last = page.at(-1);
  if (page.length < all.length && last !== undefined) {
    metadata.continue = encodeContinuation({ rv: revision, after: positionOf(last) });
    // As on real servers, a selective list does not count what is left.
    if (!isSelective(query)) metadata.remainingItemCount = all.length - page.length;
  }
  return json(200, presentList(cluster, call, page, metadata));
}
