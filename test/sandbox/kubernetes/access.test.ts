import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  DEPLOYMENTS,
  deployment,
  NAMESPACE,
  SERVICES,
  service,
  startTestCluster,
  type TestCluster,
} from './test-cluster.ts';

const NS = `namespaces/${NAMESPACE}`;
const WEB = `/apis/apps/v1/${NS}/deployments/web`;
const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const MERGE_PATCH = 'application/merge-patch+json';

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startTestCluster();
  cluster.store.create(DEPLOYMENTS, deployment('web'));
  cluster.store.create(SERVICES, service('web', { app: 'web' }));
});

afterAll(() => cluster.stop());

beforeEach(() => {
  cluster.world.fault = () => undefined;
});

test('a bad token is 401, no token is the anonymous user', async () => {
  const response = await fetch(`${cluster.url}/api`, { headers: { authorization: 'Bearer wrong' } });
  expect(await response.json()).toMatchObject({
    kind: 'Status',
    code: 401,
    reason: 'Unauthorized',
    message: 'Unauthorized',
  });
  const anonymous = await cluster.ask('GET', `/api/v1/${NS}/pods`, { as: 'nobody' });
  expect(anonymous.body).toMatchObject({
    code: 403,
    message: expect.stringContaining('User "system:anonymous"'),
  });
  expect((await cluster.ask('GET', '/readyz', { as: 'nobody' })).text).toBe('ok');
});

test('a refusal has the words and details of a real one', async () => {
  const answer = await cluster.ask('PATCH', WEB, { as: 'viewer', contentType: MERGE_PATCH, body: {} });
  expect(answer.code).toBe(403);
  expect(answer.body).toMatchObject({
    reason: 'Forbidden',
    message:
      'deployments.apps "web" is forbidden: User "viewer" cannot patch resource "deployments" in API group "apps" in the namespace "banking-app"',
    details: { name: 'web', group: 'apps', kind: 'deployments' },
  });
  const everywhere = await cluster.ask('GET', '/api/v1/pods', { as: 'operator' });
  expect(everywhere.body.message).toBe(
    'pods is forbidden: User "operator" cannot list resource "pods" in API group "" at the cluster scope',
  );
});

test.each([
  ['operator', 'patch', 'apps', 'deployments', 'scale', true],
  ['operator', 'patch', '', 'services', '', true],
  ['operator', 'get', '', 'services', 'proxy', true],
  ['operator', 'delete', '', 'pods', '', false],
  ['operator', 'get', '', 'secrets', '', false],
  ['viewer', 'list', '', 'pods', '', true],
  ['viewer', 'get', '', 'pods', 'log', true],
  ['viewer', 'get', '', 'pods', 'proxy', false],
  ['viewer', 'patch', '', 'services', '', false],
  ['admin', 'delete', '', 'nodes', '', true],
] as const)('%s may %s %s/%s %s: %s', async (as, verb, group, resource, subresource, allowed) => {
  const resourceAttributes = { namespace: NAMESPACE, verb, group, resource, subresource };
  const { code, body } = await cluster.ask('POST', REVIEWS, {
    as,
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes },
    },
  });
  expect(code).toBe(201);
  expect(body.status.allowed).toBe(allowed);
});

/** A length-delimited protobuf field. */
const field = (number: number, content: Uint8Array | string): Buffer => {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
};

test('a review in protobuf is answered in JSON', async () => {
  const attributes = Buffer.concat([field(1, NAMESPACE), field(2, 'patch'), field(5, 'services')]);
  const review = field(2, field(1, attributes));
  const typeMeta = Buffer.concat([field(1, 'authorization.k8s.io/v1'), field(2, 'SelfSubjectAccessReview')]);
  const body = Buffer.concat([Buffer.from('k8s\0'), field(1, typeMeta), field(2, review)]);
  const contentType = 'application/vnd.kubernetes.protobuf';
  const asked = (as: 'operator' | 'viewer') => cluster.ask('POST', REVIEWS, { as, contentType, body });
  expect((await asked('operator')).body).toMatchObject({
    spec: { resourceAttributes: { verb: 'patch', resource: 'services', namespace: NAMESPACE } },
    status: { allowed: true, reason: expect.stringContaining('RoleBinding "operator/banking-app"') },
  });
  expect((await asked('viewer')).body.status.allowed).toBe(false);
  const cut = await cluster.ask('POST', REVIEWS, { contentType, body: body.subarray(0, -4) });
  expect(cut.code).toBe(400);
});

test('rights follow the roles in the cluster', async () => {
  const key = { group: 'rbac.authorization.k8s.io', resource: 'rolebindings' };
  const binding = cluster.store.get(key, NAMESPACE, 'operator');
  if (binding === undefined) throw new Error('the operator has no binding');
  cluster.store.remove(key, NAMESPACE, 'operator');
  expect((await cluster.ask('GET', WEB, { as: 'operator' })).code).toBe(403);
  cluster.store.create(key, binding);
  expect((await cluster.ask('GET', WEB, { as: 'operator' })).code).toBe(200);
});

test('a fault answers, drops, or lets it happen unseen', async () => {
  const status = {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    code: 500,
    message: 'etcdserver: leader changed',
  };
  cluster.world.fault = (request) => (request.verb === 'patch' ? { respond: status } : undefined);
  const scale = (replicas: number) =>
    cluster.ask('PATCH', `${WEB}/scale`, { contentType: MERGE_PATCH, body: { spec: { replicas } } });
  const replicas = () => cluster.store.get(DEPLOYMENTS, NAMESPACE, 'web')?.spec.replicas;
  expect((await scale(5)).body).toEqual(status);
  cluster.world.fault = () => ({ drop: true });
  await expect(scale(5)).rejects.toThrow('fetch failed');
  expect(replicas()).toBe(3);
  cluster.world.fault = () => ({ dropAnswer: true });
  await expect(scale(6)).rejects.toThrow('fetch failed');
  expect(replicas()).toBe(6);
  cluster.world.fault = () => ({ delayMs: 1 });
  expect((await scale(3)).code).toBe(200);
});

test('the fault gate sees what the request is about', async () => {
  const seen: unknown[] = [];
  cluster.world.fault = (request) => {
    seen.push(request);
    return undefined;
  };
  await cluster.ask('PATCH', `${WEB}/scale?dryRun=All`, {
    as: 'operator',
    contentType: MERGE_PATCH,
    body: {},
  });
  expect(seen).toEqual([
    {
      user: 'operator',
      verb: 'patch',
      group: 'apps',
      resource: 'deployments',
      subresource: 'scale',
      namespace: NAMESPACE,
      name: 'web',
      dryRun: true,
    },
  ]);
});

test('every request leaves a line in the audit log', async () => {
  const before = cluster.auditEntries().length;
  await cluster.ask('GET', `/api/v1/${NS}/pods?limit=1`, { as: 'viewer' });
  await cluster.ask('PATCH', `${WEB}?dryRun=All`, { as: 'operator', contentType: MERGE_PATCH, body: {} });
  await cluster.ask('PATCH', WEB, { as: 'viewer', contentType: MERGE_PATCH, body: {} });
  await cluster.ask('GET', '/version', { as: 'nobody' });
  const common = { time: '2026-01-02T03:04:05.000Z', api: 'kubernetes' };
  expect(cluster.auditEntries().slice(before)).toEqual([
    { ...common, user: 'viewer', verb: 'list', path: `/api/v1/${NS}/pods?limit=1`, dryRun: false, code: 200 },
    { ...common, user: 'operator', verb: 'patch', path: `${WEB}?dryRun=All`, dryRun: true, code: 200 },
    { ...common, user: 'viewer', verb: 'patch', path: WEB, dryRun: false, code: 403 },
    { ...common, user: 'system:anonymous', verb: 'get', path: '/version', dryRun: false, code: 200 },
  ]);
});
