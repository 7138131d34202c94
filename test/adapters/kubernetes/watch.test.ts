import { describe, expect, it } from 'vitest';
import { apiServer, connect, json } from '../api-server.ts';

import { line, list, pod, pods, script, watch } from './watching.ts';

describe('watch', () => {
  it('lists, then follows from there, with bookmarks', async () => {
    const server = await apiServer(
      script(
        [(response) => list(response, '10', 'a')],
        [
          (response) =>
            response.write(
              line('ADDED', pod('b', '11')) +
                line('BOOKMARK', pod('', '15')) +
                line('DELETED', pod('a', '16')),
            ),
        ],
      ),
    );
    const watched = watch(server);
    await watched.until(() => watched.events.length === 3);
    expect(watched.events).toEqual(['synced a', 'changed b', 'deleted a']);
    expect(watched.statuses.at(-1)).toMatchObject({ connected: true });
    expect(Object.fromEntries(server.seen[1]?.query ?? [])).toEqual({
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: '10',
      timeoutSeconds: '10',
    });
  });

  it('puts events together however the bytes arrive', async () => {
    const text = Buffer.from(line('ADDED', pod('naïve-📦', '11')) + line('ADDED', pod('c', '12')));
    const server = await apiServer(
      script(
        [(response) => list(response, '10')],
        [
          (response) => {
            const send = (at: number) => {
              if (at === text.length) return;
              response.write(text.subarray(at, at + 1));
              setImmediate(send, at + 1);
            };
            send(0);
          },
        ],
      ),
    );
    const watched = watch(server);
    await watched.until(() => watched.events.length === 3);
    expect(watched.events).toEqual(['synced', 'changed naïve-📦', 'changed c']);
  });

  it('keeps only what it is told to keep', async () => {
    const server = await apiServer(
      script(
        [(response) => list(response, '10', 'a')],
        [(response) => response.write(line('ADDED', pod('b', '11')))],
      ),
    );
    const watched = watch(server, {}, ({ metadata }) => ({ metadata: { name: `slim-${metadata.name}` } }));
    await watched.until(() => watched.events.length === 2);
    expect(watched.events).toEqual(['synced slim-a', 'changed slim-b']);
  });

  it('lets other work run while ten thousand pods arrive', async () => {
    const big = 'x'.repeat(4_000);
    const page = (at: number) =>
      Array.from({ length: 500 }, (_, index) => ({ metadata: { name: `p-${at + index}` }, spec: { big } }));
    const server = await apiServer(({ query }, response) => {
      if (query.has('watch')) return void response.writeHead(200).flushHeaders();
      const at = Number(query.get('continue') ?? 0);
      const metadata = {
        resourceVersion: '10',
        ...(at + 500 < 10_000 ? { continue: String(at + 500) } : {}),
      };
      json(response, 200, { kind: 'PodList', apiVersion: 'v1', metadata, items: page(at) });
    });
    const watched = watch(server, {}, ({ metadata }) => ({ metadata: { name: metadata.name } }));
    await watched.until(() => watched.events.length === 1);
    expect(watched.events[0]?.split(' ')).toHaveLength(10_001);
    expect(server.seen.filter(({ query }) => !query.has('watch'))).toHaveLength(20);
  });

  it('ends with its signal, and never calls back after that', async () => {
    const controller = new AbortController();
    const server = await apiServer(
      script([(response) => list(response, '10', 'a')], [(response) => response.flushHeaders()]),
    );
    const heard: string[] = [];
    await new Promise<void>((resolve) => {
      connect(server.url).watch(
        pods,
        { onEvent: ({ type }) => heard.push(type), onStatus: () => resolve() },
        controller.signal,
      );
    });
    controller.abort();
    server.breakAll();
    await new Promise(setImmediate);
    expect(heard).toEqual(['synced']);
  });
});
