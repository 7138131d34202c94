import { describe, expect, it } from 'vitest';
import { statusFailure } from '../../../src/adapters/kubernetes/status-failure.ts';

const context = {
  name: 'prod',
  cluster: 'prod',
  server: 'https://api.test:6443',
  user: 'olga',
  namespace: 'shop',
};
const subject = { verb: 'patch', resource: 'services', name: 'web', namespace: 'shop' };

function failed(
  code: number,
  body: object | string,
  more: object = {},
  headers: Record<string, string> = {},
) {
  const text = typeof body === 'string' ? body : JSON.stringify({ kind: 'Status', code, ...body });
  return statusFailure({ status: code, headers, body: Buffer.from(text) }, { ...subject, ...more }, context);
}

describe('a refusal of the API server', () => {
  it('401 names the credentials', () => {
    expect(failed(401, { message: 'Unauthorized' })).toMatchObject({
      reason: 'unauthorized',
      message:
        'The API server at api.test:6443 does not accept the credentials of user "olga" (context prod).',
      next: expect.stringContaining('Log in again'),
    });
  });

  it('403 names user, verb, resource and namespace, and how to check', () => {
    const message =
      'services "web" is forbidden: User "olga@corp" cannot patch resource "services" in API group "" in the namespace "shop"';
    expect(failed(403, { message })).toMatchObject({
      reason: 'forbidden',
      message: 'User "olga@corp" may not patch service/web in namespace shop.',
      next: expect.stringContaining('kubectl auth can-i patch services/web -n shop'),
    });
  });

  it('403 of an admission rule tells the rule', () => {
    const message = 'admission webhook "freeze.corp" denied the request: change freeze until Monday';
    expect(failed(403, { message }).message).toBe(
      `The cluster refused to patch service/web in namespace shop: ${message}.`,
    );
  });

  it.each([
    [404, {}, 'not-found', 'There is no service/web in namespace shop.'],
    [404, { name: undefined }, 'not-served', 'The API server at api.test:6443 does not serve services.'],
    [409, {}, 'conflict', 'Service/web in namespace shop has changed since it was read.'],
    [410, {}, 'gone', /too old/],
    [429, {}, 'throttled', /too much to do/],
    [504, {}, 'timeout', /ran out of time/],
    [
      500,
      {},
      'unexpected',
      'The API server at api.test:6443 answered 500 for service/web in namespace shop.',
    ],
    [302, {}, 'unexpected', /redirects elsewhere/],
  ])('%i %j is %s', (code, more, reason, message) => {
    const failure = failed(code, {}, more);
    expect(failure).toMatchObject({ reason, status: code });
    expect(failure.message).toMatch(message);
  });

  it('422 lists the causes', () => {
    const causes = [
      { field: 'spec.ports', message: 'Required value' },
      { field: 'spec.type', message: 'Unsupported value: "X"' },
    ];
    expect(failed(422, { message: 'invalid', details: { causes } })).toMatchObject({
      reason: 'invalid',
      message:
        'The change to service/web in namespace shop is not valid: spec.ports: Required value; spec.type: Unsupported value: "X".',
    });
  });

  it('422 of a JSON patch with tests means that the object is another than expected', () => {
    const message = 'the server rejected our request due to an error in our request';
    expect(failed(422, { message }, { hasTests: true }).reason).toBe('conflict');
    expect(failed(422, { message }).reason).toBe('invalid');
    const causes = [{ field: 'spec.ports', message: 'Required value' }];
    expect(failed(422, { message, details: { causes } }, { hasTests: true }).reason).toBe('invalid');
  });

  it('makes the server’s words harmless', () => {
    expect(failed(500, { message: 'boom \u001b]0;owned\u0007\u001b[2J' }).message).not.toContain('\u001b');
  });

  it('boils a proxy’s error page down to a line', () => {
    const page =
      '<html><head><title>x</title></head><body><h1>502 Bad Gateway</h1>\n<p>nginx</p></body></html>';
    expect(failed(502, page).message).toContain('502 Bad Gateway nginx');
  });

  it('carries how long to wait', () => {
    expect(failed(429, {}, {}, { 'retry-after': '3' }).retryAfterMs).toBe(3000);
    expect(failed(504, { details: { retryAfterSeconds: 2 } }).retryAfterMs).toBe(2000);
  });

  it.each([
    ['endpoints', 'endpoints/web'],
    ['ingresses', 'ingress/web'],
    ['networkpolicies', 'networkpolicy/web'],
    ['deployments/scale', 'deployment/web (scale)'],
  ])('speaks of one of the %s as %s', (resource, name) => {
    expect(failed(404, {}, { resource }).message).toContain(`no ${name} in`);
  });
});
