import { type ApiCall, type Cluster, type Reply, type ReplyStream, storageNamespace } from './api-call.ts';
import { ApiError } from './api-error.ts';
import { presentObject } from './present.ts';
import { storageKey } from './resource-types.ts';
import { selection } from './selectors.ts';
import type { StoreChange, StoredObject } from './store.ts';

/** How long a watch lasts when the caller does not say. */
const DEFAULT_TIMEOUT_SECONDS = 2400;
const BOOKMARK_EVERY_MS = 60_000;

type EventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** What a change means to someone who sees only the selected objects. */
function seenAs(
  change: StoreChange,
  selected: (object: StoredObject) => boolean,
): { readonly type: EventType; readonly object: StoredObject } | undefined {
  const was = change.previous !== undefined && selected(change.previous);
  const is = change.type !== 'DELETED' && selected(change.object);
  if (change.type === 'DELETED') return was ? { type: 'DELETED', object: change.object } : undefined;
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object: change.object };
  if (!was || change.previous === undefined) return undefined;
  // It left the selection: its last selected state, at the revision of the change.
  const { resourceVersion } = change.object.metadata;
  return {
    type: 'DELETED',
    object: { ...change.previous, metadata: { ...change.previous.metadata, resourceVersion } },
  };
}

/** Where the watch starts: at a revision, or with all that is there now. */
function startOf(call: ApiCall): number | 'now' {
  const text = call.query.get('resourceVersion') ?? '';
  if (text === '' || text === '0') return 'now';
  if (!/^\d+$/.test(text)) {
    throw ApiError.badRequest(
      `Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`,
    );
  }
  return Number(text);
}

/** Streams changes as lines of JSON until the timeout, the caller's end or a fault. */
export function watchObjects(cluster: Cluster, call: ApiCall): Reply {
  const { query, type } = call;
  const key = storageKey(type);
  const selected = selection(query, `${key.resource}.${key.group}`);
  const namespace = storageNamespace(call);
  const start = startOf(call);
  const wantsInitial = query.get('sendInitialEvents') === 'true';
  const wantsBookmarks = query.get('allowWatchBookmarks') === 'true';
  const timeoutSeconds = Number(query.get('timeoutSeconds') ?? 0) || DEFAULT_TIMEOUT_SECONDS;

  const isWatched = (object: StoredObject) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (call.name === undefined || object.metadata.name === call.name) &&
    selected(object);

  const open = (stream: ReplyStream): (() => void) => {
    let headers = true;
    const send = (eventType: string, object: StoredObject): void => {
      const shown = presentObject(cluster, call, object, headers);
      headers = false;
      stream.write(`${JSON.stringify({ type: eventType, object: shown })}\n`);
    };
    const bookmark = (annotations?: Record<string, string>): void => {
      const metadata = {
        resourceVersion: String(cluster.store.revision),
        creationTimestamp: null,
        ...(annotations === undefined ? {} : { annotations }),
      };
      const apiVersion = type.group === '' ? type.version : `${type.group}/${type.version}`;
      send('BOOKMARK', { apiVersion, kind: type.kind, metadata } as unknown as StoredObject);
    };
    const relay = (change: StoreChange): void => {
      if (change.key.resource !== key.resource || change.key.group !== key.group) return;
      const event = seenAs(change, isWatched);
      if (event !== undefined) send(event.type, event.object);
    };

    if (start === 'now' || wantsInitial) {
      for (const object of cluster.store.list(key, namespace).filter(isWatched)) send('ADDED', object);
      if (wantsInitial && wantsBookmarks) bookmark({ 'k8s.io/initial-events-end': 'true' });
    } else {
      const missed = cluster.store.since(start);
      if (missed === undefined) {
        const status = ApiError.expired(start, cluster.store.revision).toStatus();
        stream.write(`${JSON.stringify({ type: 'ERROR', object: status })}\n`);
        stream.end();
        return () => {};
      }
      missed.forEach(relay);
    }
    const unsubscribe = cluster.store.subscribe(relay);
    const bookmarks = wantsBookmarks ? setInterval(bookmark, BOOKMARK_EVERY_MS) : undefined;
    const timeout = setTimeout(() => {
      if (wantsBookmarks) bookmark();
      stream.end();
    }, timeoutSeconds * 1000);
    return () => {
      unsubscribe();
      clearInterval(bookmarks);
      clearTimeout(timeout);
    };
  };
  return { kind: 'stream', contentType: 'application/json', watch: true, open };
}
