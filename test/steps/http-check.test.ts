import { describe, expect, it } from 'vitest';
import { isUnavailable, PortFailure } from '../../src/ports/failure.ts';
import type { ProxyRequest } from '../../src/ports/kubernetes.ts';
import { check } from '../../src/steps/http/check.ts';
import { FakeHttp } from '../fakes/fake-http.ts';
import { fakePorts } from '../fakes/fake-ports.ts';
import { banking, planContext } from './banking.ts';

const URL = 'https://shop.test/healthz';

async function look(given: object, ports = fakePorts({ kubernetes: banking() })) {
  const plans = planContext(ports);
  const plan = await check.plan(check.schema.parse(given), plans);
  expect(plan).toMatchObject({ risk: 'safe', effects: [] });
  return check.observe?.(plan, plans);
}

describe('checking an address', () => {
  const answering = (...answers: Parameters<FakeHttp['on']>[1][]) => {
    const [first = {}, ...rest] = answers;
    return fakePorts({ http: new FakeHttp().on(URL, first, ...rest) });
  };

  it.each([
    [{}, { status: 200 }, true, '200'],
    [{}, { status: 503 }, false, 'answered 503, expected 200'],
    [{ 'expect-status': [200, 204] }, { status: 204 }, true, '204'],
    [{ 'expect-body': { contains: '"ok"' } }, { body: '{"state":"ok"}' }, true, '200'],
    [
      { 'expect-body': { contains: 'ok' } },
      { body: 'down' },
      false,
      'answered 200, but the body does not contain "ok"',
    ],
    [{ 'expect-body': { matches: 'v1\\.\\d' } }, { body: 'version v1.8' }, true, '200'],
    [
      { 'expect-body': { matches: '^v2' } },
      { body: 'version v1.8' },
      false,
      'answered 200, but the body does not match /^v2/',
    ],
  ])('with %o judges %o', async (expectation, answer, holds, summary) => {
    expect(await look({ url: URL, ...expectation }, answering(answer))).toMatchObject({ holds, summary });
  });

  it('takes silence as an answer that is not the one expected', async () => {
    const refused = new PortFailure('Nothing listens at shop.test.', { reason: 'refused' });
    expect(await look({ url: URL }, answering(refused))).toMatchObject({
      holds: false,
      summary: 'Nothing listens at shop.test.',
      outputs: { status: null, body: '', duration: null, passed: 0, asked: 1 },
    });
  });

  it.each([
    ['nothing to ask', {}],
    ['two to ask', { url: URL, service: 'frontend-service' }],
    ['another protocol', { url: 'file:///etc/passwd' }],
    ['a broken expression', { url: URL, 'expect-body': { matches: '(' } }],
    ['a duration without unit', { url: URL, timeout: '5' }],
  ])('refuses %s', (_, given) => {
    expect(check.schema.safeParse(given).success).toBe(false);
  });
});

describe('checking through the API server', () => {
  it('asks each ready pod, and no other', async () => {
    const kube = banking({ blue: [true, false, true] });
    const asked: ProxyRequest[] = [];
    kube.proxy = (request) => {
      asked.push(request);
      return { status: request.name === 'frontend-blue-2' ? 500 : 200, body: 'x', durationMs: 4 };
    };
    const seen = await look(
      { selector: 'color=blue', port: 8080, path: '/healthz', 'min-pods': 2 },
      fakePorts({ kubernetes: kube }),
    );
    expect(asked.map(({ name }) => name)).toEqual(['frontend-blue-0', 'frontend-blue-2']);
    expect(asked[0]).toMatchObject({ through: 'pods', port: 8080, path: '/healthz', scheme: 'http' });
    expect(seen).toMatchObject({
      holds: false,
      summary: '1/2 pods, answered 500, expected 200',
      outputs: { status: 500, passed: 1, asked: 2 },
    });
  });

  it('asks the ready pods of a Deployment, by its own selector', async () => {
    const kube = banking({ blue: [true, false, true] });
    const asked: ProxyRequest[] = [];
    kube.proxy = (request) => {
      asked.push(request);
      return { status: 200, body: 'x', durationMs: 4 };
    };
    const seen = await look({ deployment: 'frontend-blue' }, fakePorts({ kubernetes: kube }));
    expect(asked.map(({ name }) => name)).toEqual(['frontend-blue-0', 'frontend-blue-2']);
    expect(seen).toMatchObject({ holds: true, summary: '2/2 pods' });
  });

  it('names the first port of a Service, as the API server does not find it by itself', async () => {
    const kube = banking();
    const asked: ProxyRequest[] = [];
    kube.proxy = (request) => {
      asked.push(request);
      return { status: 200, body: 'x', durationMs: 4 };
    };
    await look({ service: 'frontend-service' }, fakePorts({ kubernetes: kube }));
    expect(asked[0]).toMatchObject({ through: 'services', name: 'frontend-service', port: 80 });
  });

  it('does not pass when too few pods are ready, or none', async () => {
    expect(await look({ selector: 'color=blue', 'min-pods': 3 })).toMatchObject({
      holds: false,
      summary: '2/3 pods',
    });
    expect(await look({ selector: 'color=red' })).toMatchObject({
      holds: false,
      outputs: { status: null, asked: 0 },
    });
  });

  it('is unavailable, before it is run, to a user who may not use the proxy', async () => {
    const kube = banking();
    kube.allow = ({ subresource }) => ({ allowed: subresource !== 'proxy' });
    const failure = await look({ service: 'frontend-service' }, fakePorts({ kubernetes: kube })).catch(
      (error: unknown) => error,
    );
    expect(isUnavailable(failure)).toBe(true);
    expect(failure).toMatchObject({
      message: expect.stringContaining('may not use the service proxy'),
      next: expect.stringContaining('by hand'),
    });
  });

  it('is unavailable as well when only the request itself tells', async () => {
    const kube = banking().failNext('proxyGet', new PortFailure('no', { reason: 'forbidden' }));
    const failure = await look({ pod: 'frontend-blue-0' }, fakePorts({ kubernetes: kube })).catch(
      (error: unknown) => error,
    );
    expect(isUnavailable(failure)).toBe(true);
  });
});
