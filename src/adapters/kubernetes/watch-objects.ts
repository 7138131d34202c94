import type { KubeObject, WatchHandlers } from '../../ports/kubernetes.ts';
import { listAll } from './list.ts';
import type { WatchFormat } from './watch.ts';

/** Follows whole objects. */
export function objectsFormat(handlers: WatchHandlers): WatchFormat {
  const { keep } = handlers;
  return {
    query: {},
    async list(listing, options) {
      const list = await listAll({ ...listing, keep }, options);
      handlers.onEvent({ type: 'synced', items: list.items });
      return list.resourceVersion;
    },
    take({ type, object }) {
      const known = object as KubeObject;
      if (type !== 'BOOKMARK') {
        const kept = keep?.(known) ?? known;
        handlers.onEvent({ type: type === 'DELETED' ? 'deleted' : 'changed', object: kept });
      }
      return known.metadata.resourceVersion;
    },
    onStatus: (status) => handlers.onStatus(status),
  };
}
