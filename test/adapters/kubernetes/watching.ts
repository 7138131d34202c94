import type { ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import type { KubernetesOptions } from '../../../src/adapters/kubernetes/kubernetes.ts';
import type { KubeObject, WatchStatus } from '../../../src/ports/kubernetes.ts';
import { type ApiServer, connect, json, type Seen } from '../api-server.ts';

export const pods = { group: '', resource: 'pods' };

export function pod(name: string, resourceVersion: string): KubeObject {
  return { metadata: { name, resourceVersion } };
}

export function list(response: ServerResponse, resourceVersion: string, ...names: readonly string[]): void {
  const items = names.map((name) => pod(name, resourceVersion));
  json(response, 200, { kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion }, items });
}

export function line(type: string, object: object): string {
  return `${JSON.stringify({ type, object })}\n`;
}

export interface Watched {
  /** 'synced a b', 'changed a', 'deleted a' */
  readonly events: string[];
  readonly statuses: WatchStatus[];
  until(condition: () => boolean): Promise<void>;
}

/** Watches pods; `until` lets everything run until the condition holds. */
export function watch(
  server: ApiServer,
  options: Partial<KubernetesOptions> = {},
  keep?: (object: KubeObject) => KubeObject,
): Watched {
  const events: string[] = [];
  const statuses: WatchStatus[] = [];
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  connect(server.url, { rhythm: { firstBackoffMs: 1 }, ...options }).watch(
    pods,
    {
      ...(keep === undefined ? {} : { keep }),
      onEvent(event) {
        const names =
          event.type === 'synced'
            ? event.items.map(({ metadata }) => metadata.name)
            : [event.object.metadata.name];
        events.push([event.type, ...names].join(' '));
      },
      onStatus(next) {
        statuses.push(next);
      },
    },
    controller.signal,
  );
  return {
    events,
    statuses,
    async until(condition) {
      while (!condition()) await new Promise(setImmediate);
    },
  };
}

/** Answers lists and watches one after the other, each with the next of its kind. */
export function script(
  lists: readonly ((response: ServerResponse) => void)[],
  watches: readonly ((response: ServerResponse, request: Seen) => void)[],
) {
  const [left, right] = [[...lists], [...watches]];
  return (request: Seen, response: ServerResponse) => {
    if (request.query.has('watch')) right.shift()?.(response.writeHead(200), request);
    else left.shift()?.(response);
  };
}
