import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { apiServer, connect, json, status } from '../api-server.ts';

const service = { group: '', resource: 'services', name: 'web' };
const pods = { group: '', resource: 'pods' };

describe('get', () => {
  it('asks the served path in the session namespace, and drops no field', async () => {
    const object = { kind: 'Service', metadata: { name: 'web' }, spec: { fieldOfTomorrow: [1] } };
    const server = await apiServer((_request, response) => json(response, 200, object));
    expect(await connect(server.url).get(service)).toEqual(object);
    expect(server.seen).toMatchObject([
      {
        method: 'GET',
        path: '/api/v1/namespaces/shop/services/web',
        headers: { authorization: 'Bearer let-me-in' },
      },
    ]);
  });

  it('keeps a path in front of the API, leaves cluster-wide resources without a namespace', async () => {
    const paths: string[] = [];
    const server = await apiServer((request, response) => {
      paths.push(request.path);
      if (request.path.endsWith('/api/v1'))
        json(response, 200, { resources: [{ name: 'namespaces', namespaced: false }] });
      else json(response, 200, { metadata: { name: 'shop' } });
    });
    await connect(`${server.url}/k8s/clusters/c-1`).get({ group: '', resource: 'namespaces', name: 'shop' });
    expect(paths).toEqual(['/k8s/clusters/c-1/api/v1', '/k8s/clusters/c-1/api/v1/namespaces/shop']);
  });

  it('uses one connection for many reads', async () => {
    const server = await apiServer((_request, response) =>
      json(response, 200, { metadata: { name: 'web' } }),
    );
    const cluster = connect(server.url);
    for (let count = 0; count < 10; count += 1) await cluster.get(service);
    expect(server.connections()).toBe(1);
  });

  it.each(['..', 'a/b', '', 'x%2fy'])('refuses the name %j, which would lead elsewhere', async (name) => {
    const server = await apiServer((_request, response) => json(response, 200, {}));
    await expect(connect(server.url).get({ ...service, name })).rejects.toMatchObject({ reason: 'invalid' });
    expect(server.seen).toEqual([]);
  });

  it('reads gzip', async () => {
    const server = await apiServer((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"metadata":{"name":"web"}}'));
    });
    expect(await connect(server.url).get(service)).toEqual({ metadata: { name: 'web' } });
  });
});

describe('discovery', () => {
  it('finds the version that is served, and remembers it', async () => {
    const server = await apiServer((_request, response) => status(response, 404, 'NotFound', 'no'));
    const cluster = connect(server.url);
    expect(await cluster.servedVersion({ group: 'discovery.k8s.io', resource: 'endpointslices' })).toBe(
      'v1beta1',
    );
    expect(await cluster.servedVersion({ group: 'apps', resource: 'deployments' })).toBe('v1');
    expect(
      await cluster.servedVersion({ group: 'autoscaling', resource: 'horizontalpodautoscalers' }),
    ).toBeUndefined();
    expect(await cluster.servedVersion({ group: '', resource: 'pods', version: 'v2' })).toBeUndefined();
  });

  it('says that a resource is not served, without asking for it', async () => {
    const server = await apiServer((_request, response) => json(response, 200, {}));
    await expect(
      connect(server.url).list({ group: 'example.org', resource: 'widgets' }),
    ).rejects.toMatchObject({
      reason: 'not-served',
      message: 'The cluster of context test does not serve widgets.example.org.',
    });
  });
});

describe('list', () => {
  it('follows the pages, and tells each item what it is', async () => {
    const server = await apiServer(({ query }, response) => {
      const page = query.get('continue') === 'more' ? 2 : 1;
      json(response, 200, {
        kind: 'PodList',
        apiVersion: 'v1',
        metadata: { resourceVersion: '7', ...(page === 1 ? { continue: 'more' } : {}) },
        items: [{ metadata: { name: `pod-${page}` } }],
      });
    });
    const list = await connect(server.url).list({
      ...pods,
      labelSelector: 'app in (a,b)',
      fieldSelector: 'status.phase=Running',
    });
    expect(list).toEqual({
      resourceVersion: '7',
      items: [
        { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'pod-1' } },
        { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'pod-2' } },
      ],
    });
    expect(server.seen[0]?.query.get('labelSelector')).toBe('app in (a,b)');
    expect(server.seen[0]?.query.get('limit')).toBe('500');
  });

  it('starts over without pages when the snapshot behind them has gone', async () => {
    const server = await apiServer(({ query }, response) => {
      const body = { kind: 'PodList', apiVersion: 'v1', items: [{ metadata: { name: 'a' } }] };
      if (query.has('continue'))
        status(response, 410, 'Expired', 'The provided continue parameter is too old');
      else
        json(response, 200, {
          ...body,
          metadata: { resourceVersion: '9', ...(query.has('limit') ? { continue: 'x' } : {}) },
        });
    });
    expect((await connect(server.url).list(pods)).items).toHaveLength(1);
  });
});

describe('retries of reads', () => {
  it.each([429, 502, 503, 504])('tries again after %i', async (code) => {
    let count = 0;
    const server = await apiServer((_request, response) => {
      count += 1;
      if (count < 3) response.writeHead(code).end('busy');
      else json(response, 200, { metadata: { name: 'web' } });
    });
    await connect(server.url).get(service);
    expect(count).toBe(3);
  });

  it('waits as long as Retry-After says, and not beyond its deadline', async () => {
    const server = await apiServer((_request, response) => {
      response.writeHead(429, { 'retry-after': '60' }).end();
    });
    const started = performance.now();
    await expect(connect(server.url).get(service)).rejects.toMatchObject({
      reason: 'throttled',
      status: 429,
      retryAfterMs: 60_000,
    });
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(server.seen).toHaveLength(1);
  });

  it('tries again when the connection is reset, and gives up after a few times', async () => {
    const server = await apiServer((_request, response) => {
      response.socket?.resetAndDestroy();
    });
    await expect(connect(server.url).get(service)).rejects.toMatchObject({ reason: 'disconnected' });
    expect(server.seen).toHaveLength(4);
  });

  it('does not retry what will not change', async () => {
    const server = await apiServer((_request, response) =>
      status(response, 500, 'InternalError', 'etcd is unhappy'),
    );
    await expect(connect(server.url).get(service)).rejects.toThrow(
      'answered 500 for service/web in namespace shop: etcd is unhappy.',
    );
    expect(server.seen).toHaveLength(1);
  });
});

describe('deadlines and cancelling', () => {
  it('gives up on a server that accepts and says nothing', async () => {
    const server = await apiServer(() => undefined);
    await expect(connect(server.url).get(service, { timeoutMs: 150 })).rejects.toMatchObject({
      reason: 'timeout',
      message: expect.stringMatching(
        /^The API server at 127\.0\.0\.1:\d+ accepted the connection but did not answer within 0\.\d s\.$/,
      ),
    });
  });

  it('gives up on one that never finishes its answer', async () => {
    const server = await apiServer((_request, response) => {
      response.writeHead(200).write('{"metadata":');
    });
    await expect(connect(server.url).get(service, { timeoutMs: 150 })).rejects.toMatchObject({
      reason: 'timeout',
    });
  });

  it('stops at once when cancelled', async () => {
    const controller = new AbortController();
    const server = await apiServer(() => controller.abort());
    await expect(connect(server.url).get(service, { signal: controller.signal })).rejects.toMatchObject({
      reason: 'cancelled',
    });
  });

  it('does not even ask when cancelled before', async () => {
    const server = await apiServer((_request, response) => json(response, 200, {}));
    await expect(connect(server.url).get(service, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      reason: 'cancelled',
    });
    expect(server.seen).toEqual([]);
  });
});

describe('answers that make no sense', () => {
  it.each([
    [
      'HTML of a login page',
      '<html><body>Please\u001b[31m log in</body></html>',
      /is not JSON but begins with «<html><body>Please log in/,
    ],
    ['half an object', '{"metadata":{"name"', /is not JSON/],
  ])('names %s', async (_case, body, message) => {
    const server = await apiServer((_request, response) => response.writeHead(200).end(body));
    await expect(connect(server.url).get(service)).rejects.toThrow(message);
  });

  it('says so when what listens does not speak HTTP', async () => {
    const server = createServer((socket) =>
      socket.on('error', () => undefined).end('SSH-2.0-OpenSSH_9.6\r\n', () => socket.destroy()),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
    const { port } = server.address() as { port: number };
    await expect(connect(`http://127.0.0.1:${port}`).get(service)).rejects.toThrow('is not HTTP');
  });

  it('says so when nothing listens', async () => {
    await expect(connect('http://127.0.0.1:1').get(service)).rejects.toMatchObject({
      reason: 'refused',
      message: 'Nothing accepts connections at the API server at 127.0.0.1:1.',
    });
  });

  it('says so when the name is unknown', async () => {
    await expect(connect('http://nowhere.invalid').get(service)).rejects.toMatchObject({ reason: 'dns' });
  });
});
