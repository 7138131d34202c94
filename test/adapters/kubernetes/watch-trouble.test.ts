import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { apiServer, status } from '../api-server.ts';

import { line, list, pod, script, watch } from './watching.ts';

describe('watch, when things go wrong', () => {
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
    // somebody sets the machine's time back: silence is measured all the same
    clock.setTime(-3_600_000);
    await clock.advance(14_900);
    expect(server.seen).toHaveLength(2);
    await clock.advance(200);
    await watched.until(() => watched.events.includes('changed late'));
    expect(server.seen[2]?.query.get('resourceVersion')).toBe('10');
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
});
