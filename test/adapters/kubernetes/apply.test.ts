import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/clock.ts';
import { createKubernetesReads } from '../../../src/adapters/kubernetes/kubernetes.ts';
import type { PortFailure } from '../../../src/ports/failure.ts';
import { type ApiServer, apiServer, connect, json, kubeconfig, status } from '../api-server.ts';

const object = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { replicas: 2 },
};
const KINDS = [
  { name: 'deployments/scale', namespaced: true, kind: 'Scale' },
  { name: 'deployments', namespaced: true, kind: 'Deployment' },
];

/** A server whose discovery names kinds, as real ones do. */
function serving(handler: Parameters<typeof apiServer>[0]): Promise<ApiServer> {
  return apiServer(handler, { '/apis/apps/v1': { resources: KINDS } });
}

const conflict = (manager: string) => ({
  reason: 'FieldManagerConflict',
  message: `conflict with ${manager}`,
  field: '.spec.replicas',
});

describe('server-side apply', () => {
  it('sends JSON as what it is, once, strictly', async () => {
    const server = await serving((_, response) => json(response, 201, object));
    expect(await connect(server.url).apply({ object, fieldManager: 'me', force: true })).toEqual(object);
    expect(server.seen).toMatchObject([
      {
        method: 'PATCH',
        path: '/apis/apps/v1/namespaces/shop/deployments/web',
        body: JSON.stringify(object),
      },
    ]);
    expect(server.seen[0]?.headers['content-type']).toBe('application/apply-patch+yaml');
    expect(Object.fromEntries(server.seen[0]?.query ?? [])).toEqual({
      fieldManager: 'me',
      fieldValidation: 'Strict',
      force: 'true',
    });
  });

  it('can be rehearsed by a client that cannot write', async () => {
    const server = await serving((_, response) => json(response, 200, object));
    const reads = createKubernetesReads({
      kubeconfig: kubeconfig({ server: server.url }),
      env: {},
      clock: systemClock,
    });
    await reads.dryRunApply({ object });
    expect(server.seen[0]?.query.get('dryRun')).toBe('All');
    expect(server.seen[0]?.query.has('force')).toBe(false);
    expect(reads).not.toHaveProperty('apply');
  });

  it.each([
    ['"kubectl-edit" using apps/v1', 'kubectl-edit'],
    ['"kubectl" with subresource "scale" using apps/v1 at 2026-11-02T03:04:05Z', 'kubectl'],
    ['"say \\"hi\\"": .spec', 'say "hi"'],
    ['"bad\\u001b[2J" using v1', 'bad'],
  ])('names the owner in %j', async (message, manager) => {
    const server = await serving((_, response) =>
      status(response, 409, 'Conflict', 'Apply failed with 1 conflict', {
        details: { causes: [conflict(message)] },
      }),
    );
    const failure = (await connect(server.url)
      .apply({ object })
      .catch((error: unknown) => error)) as PortFailure;
    expect(failure).toMatchObject({
      reason: 'conflict',
      detail: 'owned-by-others',
      conflicts: [{ manager, field: '.spec.replicas' }],
    });
    expect(failure.message).toBe(
      `Deployment/web has a field that others own and this would change: .spec.replicas (${manager}).`,
    );
  });

  it('tells a stale version from a field of others', async () => {
    const server = await serving((_, response) =>
      status(response, 409, 'Conflict', 'the object has been modified'),
    );
    await expect(connect(server.url).apply({ object })).rejects.toMatchObject({
      reason: 'conflict',
      conflicts: [],
    });
  });

  it('says what the cluster does not serve', async () => {
    const server = await serving((_, response) => json(response, 200, {}));
    const other = { ...object, apiVersion: 'extensions/v1beta1' };
    await expect(connect(server.url).apply({ object: other })).rejects.toMatchObject({
      reason: 'not-served',
    });
    expect(server.seen).toEqual([]);
  });

  it('finds where a kind is kept, subresources apart', async () => {
    const server = await serving((_, response) => json(response, 200, {}));
    const cluster = connect(server.url);
    expect(await cluster.servedKind('apps/v1', 'Deployment')).toEqual({
      group: 'apps',
      version: 'v1',
      resource: 'deployments',
      namespaced: true,
    });
    expect(await cluster.servedKind('apps/v1', 'Scale')).toBeUndefined();
    expect(await cluster.servedKind('a/b/c', 'Deployment')).toBeUndefined();
  });
});

describe('delete', () => {
  const target = { group: 'apps', resource: 'deployments', name: 'web' };

  it('asks for that very object, once, and what it owns', async () => {
    const server = await serving((_, response) => json(response, 200, { kind: 'Status', status: 'Success' }));
    await connect(server.url).delete({ target, uid: 'u', resourceVersion: '7' });
    expect(server.seen).toHaveLength(1);
    expect(server.seen[0]).toMatchObject({
      method: 'DELETE',
      path: '/apis/apps/v1/namespaces/shop/deployments/web',
    });
    expect(JSON.parse(server.seen[0]?.body ?? '')).toMatchObject({
      propagationPolicy: 'Background',
      preconditions: { uid: 'u', resourceVersion: '7' },
    });
  });

  it.each([503, 429])('is never tried again after %i', async (code) => {
    const server = await serving((_, response) => response.writeHead(code).end());
    await expect(connect(server.url).delete({ target })).rejects.toMatchObject({ status: code });
    expect(server.seen).toHaveLength(1);
  });
});
