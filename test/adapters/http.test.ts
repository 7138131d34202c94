import { describe, expect, it } from 'vitest';
import { createHttpReads } from '../../src/adapters/http.ts';
import { apiServer } from './api-server.ts';

const http = createHttpReads();

describe('http reads', () => {
  it('give status, headers, body and duration, whatever the status', async () => {
    const server = await apiServer((_request, response) => {
      response.writeHead(503, { 'x-reason': 'maintenance' }).end('bäck soon');
    });
    expect(
      await http.read({
        url: `${server.url}/health?x=1`,
        timeoutMs: 2_000,
        headers: { accept: 'text/plain' },
      }),
    ).toEqual({
      status: 503,
      headers: expect.objectContaining({ 'x-reason': 'maintenance' }),
      body: 'bäck soon',
      truncated: false,
      durationMs: expect.any(Number),
    });
    expect(server.seen).toMatchObject([
      { method: 'GET', url: '/health?x=1', headers: { accept: 'text/plain' } },
    ]);
  });

  it('do not follow a redirect: a login page is not health', async () => {
    const server = await apiServer((_request, response) =>
      response.writeHead(302, { location: '/login' }).end(),
    );
    expect(await http.read({ url: server.url, timeoutMs: 2_000 })).toMatchObject({
      status: 302,
      headers: { location: '/login' },
    });
    expect(server.seen).toHaveLength(1);
  });

  it('cut a body that is too long, and stop reading it', async () => {
    const server = await apiServer((_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
      };
      response.on('drain', more);
      more();
    });
    const { body, truncated } = await http.read({ url: server.url, timeoutMs: 2_000, maxBodyBytes: 25_000 });
    expect([body.length, truncated]).toEqual([25_000, true]);
  });

  it('turn credentials in the address into a header, and never show them', async () => {
    const server = await apiServer((_request, response) => response.end('ok'));
    await http.read({ url: server.url.replace('http://', 'http://olga:s%20cret@'), timeoutMs: 2_000 });
    expect(server.seen[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from('olga:s cret').toString('base64')}`,
    );
    const failure = await http
      .read({ url: 'http://olga:hidden@127.0.0.1:1/', timeoutMs: 2_000 })
      .catch((error: Error) => error);
    expect(failure).toMatchObject({
      reason: 'refused',
      message: 'Nothing accepts connections at 127.0.0.1:1.',
    });
  });

  it('have a deadline', async () => {
    const server = await apiServer(() => undefined);
    await expect(http.read({ url: server.url, timeoutMs: 100 })).rejects.toMatchObject({ reason: 'timeout' });
  });

  it('can be cancelled', async () => {
    const controller = new AbortController();
    const server = await apiServer(() => controller.abort());
    const reading = http.read({ url: server.url, timeoutMs: 5_000, signal: controller.signal });
    await expect(reading).rejects.toMatchObject({ reason: 'cancelled' });
  });

  it('say that a connection was reset', async () => {
    const server = await apiServer((_request, response) => {
      response.socket?.resetAndDestroy();
    });
    await expect(http.read({ url: server.url, timeoutMs: 2_000 })).rejects.toMatchObject({
      reason: 'disconnected',
    });
  });

  it.each(['not an address', 'ftp://host/file'])('refuse %j', async (url) => {
    await expect(http.read({ url, timeoutMs: 100 })).rejects.toMatchObject({ reason: 'invalid' });
  });
});
