import { describe, expect, test } from 'vitest';
import type { LogLine, ProxyRequest } from '../../../src/sandbox/kubernetes/world-interfaces.ts';
import { NAMESPACE, SMALL, type TestWorld, testWorld } from './test-world.ts';

const TO_SERVICE: ProxyRequest = {
  through: 'services',
  namespace: NAMESPACE,
  name: 'frontend-service',
  scheme: 'http',
  method: 'GET',
  path: '/version',
};

function toPod(world: TestWorld, app: string, path: string): ProxyRequest {
  const [pod] = world.pods(app);
  return { ...TO_SERVICE, through: 'pods', name: pod?.metadata.name ?? '', path };
}

describe('the proxy', () => {
  test('answers for a pod: version, health, a page', () => {
    const { world, ...rest } = testWorld({ preset: 'banking-app' });
    const ask = (app: string, path: string) => world.proxy.request(toPod({ world, ...rest }, app, path));
    expect(JSON.parse(ask('frontend-blue', '/version').body)).toEqual({
      app: 'frontend-blue',
      color: 'blue',
      version: '1.8.3',
    });
    expect(ask('frontend-blue', '/healthz?verbose').status).toBe(200);
    expect(ask('frontend-green', '/healthz')).toMatchObject({ status: 500 });
    expect(ask('frontend-blue', '/')).toMatchObject({ status: 200, body: 'frontend-blue blue 1.8.3\n' });
    expect(ask('frontend-blue', '/nothing').status).toBe(404);
    expect(ask('frontend-blue', '/api/accounts').status).toBe(502);
  });

  test('cannot reach a pod that has crashed, or a port nobody listens on', () => {
    const world = testWorld({ preset: 'banking-app' });
    expect(() => world.world.proxy.request(toPod(world, 'backend-green', '/'))).toThrow(/connection refused/);
    const elsewhere = { ...toPod(world, 'backend-blue', '/'), port: '9999' };
    expect(() => world.world.proxy.request(elsewhere)).toThrow(/:9999: connect: connection refused/);
  });

  test("has the real server's words for a Service without endpoints", () => {
    const { world } = testWorld({ preset: 'banking-app' });
    expect(() => world.proxy.request(TO_SERVICE)).toThrow(
      'no endpoints available for service "frontend-service"',
    );
    expect(() => world.proxy.request({ ...TO_SERVICE, port: 'http' })).toThrow(
      'no endpoints available for service "frontend-service:http"',
    );
    expect(() => world.proxy.request({ ...TO_SERVICE, port: 'grpc' })).toThrow(
      /no service port "grpc" found/,
    );
  });

  test('follows the selector', () => {
    const { world, select, clock } = testWorld({ preset: 'banking-app' });
    select('frontend-service', { app: 'frontend-blue' });
    clock.advance(100);
    expect(JSON.parse(world.proxy.request(TO_SERVICE).body)).toMatchObject({ app: 'frontend-blue' });
  });
});

describe('logs', () => {
  test('of a crash end with its cause, in the previous instance', () => {
    const world = testWorld({
      ...SMALL,
      deployments: [{ ...SMALL.deployments[0], replicas: 0 }],
      applications: [{ deployment: 'web', crash: { afterSeconds: 2 }, errorLines: ['no such column'] }],
    });
    world.scale('web', 1);
    world.seconds(5);
    const [pod] = world.pods();
    const ref = { namespace: NAMESPACE, pod: pod?.metadata.name ?? '', container: 'web' };
    const texts = (lines: readonly LogLine[] | undefined) => lines?.map(({ text }) => JSON.parse(text).msg);
    expect(texts(world.world.logs.lines({ ...ref, previous: true }))).toEqual([
      'starting',
      'listening',
      'no such column',
      'fatal: cannot continue',
    ]);
    expect(texts(world.world.logs.lines({ ...ref, previous: false }))?.slice(0, 2)).toEqual([
      'starting',
      'listening',
    ]);
  });

  test('are there for pods of the past, and not for instances that never were', () => {
    const world = testWorld({ preset: 'banking-app' });
    const logs = (app: string, previous: boolean) =>
      world.world.logs.lines({
        namespace: NAMESPACE,
        pod: world.pods(app)[0]?.metadata.name ?? '',
        container: app.replace(/-.*/, ''),
        previous,
      });
    expect(logs('backend-blue', false)).toHaveLength(2);
    expect(logs('backend-blue', true)).toBeUndefined();
    expect(logs('backend-green', true)?.at(-1)?.text).toContain('fatal: cannot continue');
  });

  test('of a program that fails its probe say why', () => {
    const world = testWorld({ preset: 'banking-app' });
    world.seconds(10);
    const pod = world.pods('frontend-green')[0]?.metadata.name ?? '';
    const lines = world.world.logs.lines({
      namespace: NAMESPACE,
      pod,
      container: 'frontend',
      previous: false,
    });
    expect(JSON.parse(lines?.at(-1)?.text ?? '{}')).toMatchObject({
      level: 'error',
      msg: 'health check failed',
      status: 500,
      cause: expect.stringMatching(/session store|GET \/api\/accounts/),
    });
  });

  test('are followed until the container ends', () => {
    const world = testWorld(SMALL);
    const name = world.pods()[0]?.metadata.name ?? '';
    const seen: string[] = [];
    world.world.logs.follow(
      { namespace: NAMESPACE, pod: name, container: 'web', previous: false },
      ({ text }) => seen.push(JSON.parse(text).msg),
      () => seen.push('the end'),
    );
    world.world.proxy.request({ ...TO_SERVICE, through: 'pods', name });
    world.scale('web', 0);
    world.seconds(5);
    expect(seen).toEqual(['request', 'shutting down', 'the end']);
  });
});
