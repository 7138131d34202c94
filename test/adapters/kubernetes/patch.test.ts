import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/clock.ts';
import { createKubernetesReads } from '../../../src/adapters/kubernetes/kubernetes.ts';
import { readOnly } from '../../../src/adapters/kubernetes/read-only.ts';
import type { ApiRequest } from '../../../src/adapters/transport.ts';
import type { PatchRequest } from '../../../src/ports/kubernetes.ts';
import { apiServer, connect, json, kubeconfig, status } from '../api-server.ts';

const request: PatchRequest = {
  target: { group: '', resource: 'services', name: 'web' },
  type: 'json',
  patch: [{ op: 'test', path: '/metadata/resourceVersion', value: '1' }],
};
const web = { kind: 'Service', metadata: { name: 'web', resourceVersion: '2' } };

describe('patch', () => {
  it.each([
    ['json', 'application/json-patch+json'],
    ['merge', 'application/merge-patch+json'],
    ['strategic', 'application/strategic-merge-patch+json'],
  ] as const)('sends a %s patch as what it is, once', async (type, contentType) => {
    const server = await apiServer((_request, response) => json(response, 200, web));
    expect(await connect(server.url).patch({ ...request, type })).toEqual(web);
    expect(server.seen).toMatchObject([
      { method: 'PATCH', path: '/api/v1/namespaces/shop/services/web', body: JSON.stringify(request.patch) },
    ]);
    expect(server.seen[0]?.headers['content-type']).toBe(contentType);
    expect(Object.fromEntries(server.seen[0]?.query ?? [])).toEqual({
      fieldManager: 'rollbook',
      fieldValidation: 'Strict',
    });
  });

  it('addresses the scale subresource', async () => {
    const server = await apiServer((_request, response) => json(response, 200, { kind: 'Scale' }));
    await connect(server.url).patch({
      target: { group: 'apps', resource: 'deployments', name: 'web', subresource: 'scale' },
      type: 'merge',
      patch: { spec: { replicas: 2 } },
    });
    expect(server.seen[0]?.path).toBe('/apis/apps/v1/namespaces/shop/deployments/web/scale');
  });

  it.each([429, 502, 503, 504])('never tries again after %i', async (code) => {
    const server = await apiServer((_request, response) => response.writeHead(code).end());
    await expect(connect(server.url).patch(request)).rejects.toMatchObject({ status: code });
    expect(server.seen).toHaveLength(1);
  });

  it('never tries again after a reset', async () => {
    const server = await apiServer((_request, response) => {
      response.socket?.resetAndDestroy();
    });
    await expect(connect(server.url).patch(request)).rejects.toMatchObject({ reason: 'disconnected' });
    expect(server.seen).toHaveLength(1);
  });

  it('does not ride on a connection that has idled', async () => {
    const server = await apiServer((_request, response) => json(response, 200, web));
    const cluster = connect(server.url);
    await cluster.get(request.target);
    await cluster.patch(request);
    expect(server.connections()).toBe(2);
  });

  it('tells who was faster', async () => {
    const managedFields = [
      { manager: 'kubectl-edit', time: '2026-11-02T03:04:05Z' },
      { manager: 'argo\u001b[2Jcd', time: '2026-11-02T03:09:00Z' },
      { manager: 'kube-controller-manager', time: '2026-11-02T03:10:00Z', subresource: 'status' },
    ];
    const server = await apiServer(({ method }, response) => {
      if (method === 'GET') json(response, 200, { metadata: { name: 'web', managedFields } });
      else
        status(
          response,
          409,
          'Conflict',
          'the object has been modified; please apply your changes to the latest version',
        );
    });
    await expect(connect(server.url).patch(request)).rejects.toMatchObject({
      reason: 'conflict',
      message:
        'Service/web in namespace shop has changed since it was read; last changed by argocd at 2026-11-02T03:09:00Z.',
    });
  });
});

describe('a client for preview', () => {
  it('has no way to write', async () => {
    const server = await apiServer((_request, response) => json(response, 200, web));
    const reads = createKubernetesReads({
      kubeconfig: kubeconfig({ server: server.url }),
      env: {},
      clock: systemClock,
    });
    expect(reads).not.toHaveProperty('patch');
    await reads.dryRunPatch(request);
    expect(server.seen.map(({ method, query }) => [method, query.get('dryRun')])).toEqual([['PATCH', 'All']]);
  });

  it('reviews access with the typed client over the same transport', async () => {
    const server = await apiServer(({ body }, response) => {
      const { spec } = JSON.parse(body) as { spec: { resourceAttributes: { verb: string } } };
      json(response, 201, {
        kind: 'SelfSubjectAccessReview',
        spec,
        status: { allowed: spec.resourceAttributes.verb === 'get', reason: 'RBAC \u001b[1msays' },
      });
    });
    const reads = createKubernetesReads({
      kubeconfig: kubeconfig({ server: server.url }),
      env: {},
      clock: systemClock,
    });
    const asked = { group: 'apps', resource: 'deployments', subresource: 'scale', name: 'web' };
    expect(await reads.access({ ...asked, verb: 'get' })).toEqual({ allowed: true, reason: 'RBAC says' });
    expect(await reads.access({ ...asked, verb: 'patch' })).toMatchObject({ allowed: false });
    expect(JSON.parse(server.seen[0]?.body ?? '{}')).toMatchObject({
      spec: { resourceAttributes: { ...asked, verb: 'get', namespace: 'shop' } },
    });
    expect(server.seen[0]?.headers.authorization).toBe('Bearer let-me-in');
  });
});

describe('readOnly', () => {
  const passed: ApiRequest[] = [];
  const guarded = readOnly({
    send: async (each) => {
      passed.push(each);
      return { status: 200, headers: {}, body: Buffer.alloc(0), truncated: false };
    },
    open: () => Promise.reject(new Error('not asked for here')),
  });

  it.each([
    ['GET', '/api/v1/pods', true],
    ['HEAD', '/api/v1/pods', true],
    ['POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', true],
    ['PATCH', '/api/v1/namespaces/a/services/b?dryRun=All', true],
    ['PATCH', '/api/v1/namespaces/a/services/b', false],
    ['PATCH', '/api/v1/namespaces/a/services/b?dryRun=', false],
    ['PATCH', '/api/v1/namespaces/a/services/b?dryRun=All&dryRun=', false],
    ['PATCH', '/api/v1/namespaces/a/services/b#?dryRun=All', false],
    ['POST', '/api/v1/namespaces/a/pods', false],
    ['POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews/../../apps', false],
    ['DELETE', '/api/v1/namespaces/a?dryRun=All', false],
    ['GET', '/api/v1/namespaces/a/pods/b/exec?command=rm', false],
    ['GET', '/api/v1/namespaces/a/pods/b/log', true],
  ] as const)('%s %s passes: %s', async (method, path, passes) => {
    const sent = guarded.send({ method, path, timeoutMs: 1 });
    if (passes) await expect(sent).resolves.toMatchObject({ status: 200 });
    else await expect(sent).rejects.toMatchObject({ reason: 'read-only' });
    expect(passed.some((each) => each.path === path && each.method === method)).toBe(passes);
  });

  it('guards streams, too', async () => {
    await expect(guarded.open({ method: 'POST', path: '/x', timeoutMs: 1 })).rejects.toMatchObject({
      reason: 'read-only',
    });
  });
});
