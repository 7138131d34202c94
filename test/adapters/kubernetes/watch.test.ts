import type { ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { KubernetesOptions } from '../../../src/adapters/kubernetes/kubernetes.ts';
import type { KubeObject, WatchStatus } from '../../../src/ports/kubernetes.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { type ApiServer, apiServer, connect, json, type Seen, status } from '../api-server.ts';

const pods = { group: '', resource: 'pods' };

function pod(name: string, resourceVersion: string): KubeObject {
  return { metadata: { name, resourceVersion } };
}

function list(response: ServerResponse, resourceVersion: string, ...names: readonly string[]): void {
  const items = names.map((name) => pod(name, resourceVersion));
  json(response, 200, { kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion }, items });
}

function line(type: string, object: object): string {
  return `${JSON.stringify({ type, object })}\n`;
}

interface Watched {
  /** 'synced a b', 'changed a', 'deleted a' */
  readonly events: string[];
  readonly statuses: WatchStatus[];
  until(condition: () => boolean): Promise<void>;
}

/** Watches pods; `until` lets everything run until the condition holds. */
function watch(
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
function script(
  lists: readonly ((response: ServerResponse) => void)[],
  watches: readonly ((response: ServerResponse, request: Seen) => void)[],
) {
  const [left, right] = [[...lists], [...watches]];
  return (request: Seen, response: ServerResponse) => {
    if (request.query.has('watch')) right.shift()?.(response.writeHead(200), request);
    else left.shift()?.(response);
  };
}

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

  it('goes on where it was when the connection breaks, without listing again', async () => {
    const server = await apiServer(
      script(
        [(response) => list(response, '10', 'a')],
        [
          (response) => {
            response.write(`${line('MODIFIED', pod('a', '20'))}{"type":"MODIF`);
            setImmediate(() => response.socket?.resetAndDestroy());
          },
          (response) => response.write(line('MODIFIED', pod('a', '21'))),
        ],
      ),
    );
    const watched = watch(server);
    await watched.until(() => watched.events.length === 3);
    expect(watched.events).toEqual(['synced a', 'changed a', 'changed a']);
    expect(server.seen.map(({ query }) => query.get('resourceVersion'))).toEqual([null, '10', '20']);
    expect(watched.statuses).toContainEqual(
      expect.objectContaining({
        connected: false,
        reason: 'disconnected',
        problem: expect.stringContaining('was lost'),
      }),
    );
    expect(watched.statuses.at(-1)?.connected).toBe(true);
  });

  it.each([
    [
      'as an event',
      (response: ServerResponse) =>
        response.end(line('ERROR', { kind: 'Status', code: 410, message: 'too old' })),
    ],
    ['as an answer', undefined],
  ])('lists anew when its place is gone, said %s', async (_how, event) => {
    let watches = 0;
    const server = await apiServer(({ query }, response) => {
      if (!query.has('watch')) return list(response, watches === 0 ? '10' : '90', watches === 0 ? 'a' : 'z');
      watches += 1;
      if (watches > 1) response.writeHead(200).flushHeaders();
      else if (event === undefined) status(response, 410, 'Expired', 'too old resource version');
      else event(response.writeHead(200));
    });
    const watched = watch(server);
    await watched.until(() => watched.events.includes('synced z'));
    expect(watched.events).toEqual(['synced a', 'synced z']);
    expect(watched.statuses.every(({ connected }) => connected)).toBe(true);
  });

  it('slows down on a server that ends every watch at once, however chatty it is', async () => {
    const clock = new FakeClock();
    const server = await apiServer(({ query }, response) => {
      if (!query.has('watch')) return list(response, '10');
      response.end(
        line('ADDED', pod('a', '11')) + line('ERROR', { kind: 'Status', code: 410, message: 'too old' }),
      );
    });
    const watched = watch(server, { clock, rhythm: { firstBackoffMs: 500 } });
    const pauses: number[] = [];
    for (let round = 1; round <= 8; round += 1) {
      await watched.until(() => watched.events.filter((each) => each === 'changed a').length === round);
      const before = clock.now();
      while (clock.sleeping === 0) await new Promise(setImmediate);
      while (
        watched.events.filter((each) => each === 'changed a').length === round &&
        clock.now() - before < 60_000
      )
        await clock.advance(125);
      pauses.push(clock.now() - before);
    }
    expect(pauses.slice(3).every((each, index) => each >= (pauses[index] ?? 0))).toBe(true);
    expect(pauses.at(-1)).toBeGreaterThanOrEqual(15_000);
  });

  it('says what is wrong while it keeps trying, and comes back by itself', async () => {
    let broken = true;
    const server = await apiServer(({ query }, response) => {
      if (broken) status(response, 500, 'InternalError', 'etcd is unhappy');
      else if (query.has('watch')) response.writeHead(200).flushHeaders();
      else list(response, '10', 'a');
    });
    const watched = watch(server);
    await watched.until(() => watched.statuses.length > 1);
    expect(watched.statuses[0]).toMatchObject({
      connected: false,
      heardAt: undefined,
      problem: expect.stringContaining('etcd is unhappy'),
    });
    broken = false;
    await watched.until(() => watched.statuses.at(-1)?.connected === true);
    expect(watched.events).toEqual(['synced a']);
  });

  it('names a permission that is missing, and does not hammer on', async () => {
    const clock = new FakeClock();
    const server = await apiServer((_request, response) =>
      status(response, 403, 'Forbidden', 'User "x" cannot list'),
    );
    const watched = watch(server, { clock });
    await watched.until(() => watched.statuses.length === 1);
    expect(watched.statuses[0]).toMatchObject({
      reason: 'forbidden',
      problem: 'User "x" may not list pods in namespace shop.',
    });
    await clock.advance(10_000);
    expect(server.seen).toHaveLength(1);
  });

  it('gives up a connection that has gone silent', async () => {
    const clock = new FakeClock();
    const server = await apiServer(
      script(
        [(response) => list(response, '10')],
        [
          (response) => response.flushHeaders(),
          (response) => response.write(line('ADDED', pod('late', '30'))),
        ],
      ),
    );
    const watched = watch(server, { clock });
    await watched.until(() => watched.statuses.length > 0 && server.seen.length === 2);
    while (clock.sleeping === 0) await new Promise(setImmediate);
    await clock.advance(14_900);
    expect(server.seen).toHaveLength(2);
    await clock.advance(200);
    await watched.until(() => watched.events.includes('changed late'));
    expect(server.seen[2]?.query.get('resourceVersion')).toBe('10');
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

  it('survives garbage in the stream', async () => {
    const server = await apiServer(
      script(
        [(response) => list(response, '10')],
        [
          (response) => response.write('<html>\n'),
          (response) => response.write(line('ADDED', pod('b', '11'))),
        ],
      ),
    );
    const watched = watch(server);
    await watched.until(() => watched.events.includes('changed b'));
    expect(watched.statuses.some(({ problem }) => problem?.includes('not a watch event'))).toBe(true);
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
