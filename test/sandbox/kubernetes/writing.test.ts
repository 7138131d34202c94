import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  DEPLOYMENTS,
  deployment,
  NAMESPACE,
  PODS,
  pod,
  SERVICES,
  service,
  startTestCluster,
  type TestCluster,
} from './test-cluster.ts';

const WEB = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/web`;
const COLLECTION = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`;
const SERVICE = `/api/v1/namespaces/${NAMESPACE}/services/web`;
const JSON_PATCH = 'application/json-patch+json';
const MERGE_PATCH = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';

let cluster: TestCluster;

beforeEach(async () => {
  cluster = await startTestCluster();
  cluster.store.create(DEPLOYMENTS, deployment('web'));
  cluster.store.create(SERVICES, service('web', { app: 'web', color: 'green' }));
});

afterEach(() => cluster.stop());

const stored = () => cluster.store.get(DEPLOYMENTS, NAMESPACE, 'web');
const selector = () => cluster.store.get(SERVICES, NAMESPACE, 'web')?.spec.selector;
const patch = (path: string, contentType: string, body: unknown) =>
  cluster.ask('PATCH', path, { contentType, body });

test('a strategic or merge patch of a selector keeps the keys it does not name', async () => {
  for (const contentType of [STRATEGIC, MERGE_PATCH]) {
    await patch(SERVICE, contentType, { spec: { selector: { app: 'web-blue' } } });
    expect(selector()).toEqual({ app: 'web-blue', color: 'green' });
  }
});

test('a JSON patch replaces a selector whole, if its tests hold', async () => {
  const revision = cluster.store.get(SERVICES, NAMESPACE, 'web')?.metadata.resourceVersion;
  const operations = [
    { op: 'test', path: '/metadata/resourceVersion', value: revision },
    { op: 'replace', path: '/spec/selector', value: { app: 'web' } },
  ];
  expect((await patch(SERVICE, JSON_PATCH, operations)).code).toBe(200);
  expect(selector()).toEqual({ app: 'web' });
  const again = await patch(SERVICE, JSON_PATCH, operations);
  expect(again.body).toMatchObject({
    code: 422,
    reason: 'Invalid',
    message: 'the server rejected our request due to an error in our request',
  });
});

test.each([JSON_PATCH, MERGE_PATCH, STRATEGIC])(
  'a dry run by %s shows the result and stores nothing',
  async (type) => {
    const body =
      type === JSON_PATCH ? [{ op: 'replace', path: '/spec/replicas', value: 9 }] : { spec: { replicas: 9 } };
    const { revision } = cluster.store;
    const answer = await patch(`${WEB}?dryRun=All`, type, body);
    expect(answer.body.spec.replicas).toBe(9);
    expect(cluster.store.revision).toBe(revision);
    expect(stored()?.spec.replicas).toBe(3);
  },
);

test('a resourceVersion in the patch is a precondition', async () => {
  const body = { metadata: { resourceVersion: '1' }, spec: { replicas: 5 } };
  const answer = await patch(WEB, MERGE_PATCH, body);
  expect(answer.body).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message:
      'Operation cannot be fulfilled on deployments.apps "web": the object has been modified; please apply your changes to the latest version and try again',
    reason: 'Conflict',
    details: { name: 'web', group: 'apps', kind: 'deployments' },
    code: 409,
  });
});

test('a replace from an old copy is a conflict, from the present one it is stored', async () => {
  const copy = (await cluster.ask('GET', WEB)).body;
  copy.spec.replicas = 4;
  expect((await cluster.ask('PUT', WEB, { body: copy })).body.metadata.generation).toBe(2);
  expect((await cluster.ask('PUT', WEB, { body: copy })).body.reason).toBe('Conflict');
});

test('status changes through its subresource only', async () => {
  await patch(WEB, MERGE_PATCH, { status: { replicas: 7 } });
  expect(stored()?.status?.replicas).toBeUndefined();
  await patch(`${WEB}/status`, MERGE_PATCH, { status: { replicas: 7 }, spec: { replicas: 9 } });
  expect(stored()).toMatchObject({
    spec: { replicas: 3 },
    status: { replicas: 7 },
    metadata: { generation: 1 },
  });
});

test('the scale subresource reads, writes and minds its resourceVersion', async () => {
  const { body: scale } = await cluster.ask('GET', `${WEB}/scale`);
  expect(scale).toMatchObject({
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    spec: { replicas: 3 },
    status: { selector: 'app=web' },
  });
  const scaled = await patch(`${WEB}/scale`, MERGE_PATCH, { spec: { replicas: 0 } });
  expect(scaled.body.spec.replicas).toBe(0);
  expect(stored()?.metadata.generation).toBe(2);
  scale.spec.replicas = 5;
  expect((await cluster.ask('PUT', `${WEB}/scale`, { body: scale })).body.reason).toBe('Conflict');
  const negative = await patch(`${WEB}/scale`, MERGE_PATCH, { spec: { replicas: -1 } });
  expect(negative.body.message).toBe(
    'Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
  );
});

test.each([
  [{ spec: { replicas: -1 } }, 'spec.replicas', 'must be greater than or equal to 0'],
  [{ spec: { selector: { matchLabels: { app: 'x' } } } }, 'spec.selector', 'field is immutable'],
  [
    { spec: { template: { metadata: { labels: { app: 'x' } } } } },
    'spec.template.metadata.labels',
    'does not match',
  ],
  [
    { spec: { template: { spec: { containers: [{ name: 'new' }] } } } },
    'spec.template.spec.containers[0].image',
    'Required value',
  ],
])('refuses the invalid %j, saying where', async (body, field, why) => {
  const answer = await patch(WEB, STRATEGIC, body);
  expect(answer.body).toMatchObject({
    code: 422,
    reason: 'Invalid',
    details: { kind: 'Deployment', name: 'web' },
  });
  const causes: { field: string; message: string }[] = answer.body.details.causes;
  expect(causes.find((cause) => cause.field === field)?.message).toContain(why);
});

test('an unknown field is warned about, or refused when validation is strict', async () => {
  const body = { spec: { replicaz: 5 } };
  const warned = await patch(WEB, MERGE_PATCH, body);
  expect(warned.headers.get('warning')).toBe('299 - "unknown field \\"spec.replicaz\\""');
  expect(warned.body.spec.replicaz).toBeUndefined();
  const strict = await patch(`${WEB}?fieldValidation=Strict`, MERGE_PATCH, body);
  expect(strict.body).toMatchObject({
    code: 422,
    message: expect.stringContaining('unknown field "spec.replicaz"'),
  });
  const created = await cluster.ask('POST', `${COLLECTION}?fieldValidation=Strict`, {
    body: { ...deployment('other'), ...{ specs: {} } },
  });
  expect(created.body).toMatchObject({ code: 400, reason: 'BadRequest' });
  const mistyped = await patch(WEB, MERGE_PATCH, { spec: { replicas: 'three' } });
  expect(mistyped.body.message).toContain(
    'cannot unmarshal string into Go struct field Deployment.spec.replicas',
  );
});

test('creating twice, in no namespace, or with another namespace fails as it should', async () => {
  const twice = await cluster.ask('POST', COLLECTION, { body: deployment('web') });
  expect(twice.body.message).toBe('deployments.apps "web" already exists');
  const nowhere = await cluster.ask('POST', COLLECTION.replace(NAMESPACE, 'nowhere'), {
    body: { ...deployment('x'), metadata: { name: 'x' } },
  });
  expect(nowhere.body.message).toBe('namespaces "nowhere" not found');
  const other = await cluster.ask('POST', COLLECTION, {
    body: { ...deployment('x'), metadata: { name: 'x', namespace: 'other' } },
  });
  expect(other.body.message).toContain('does not match the namespace sent on the request');
  const generated = await cluster.ask('POST', COLLECTION, {
    body: { ...deployment('x'), metadata: { generateName: 'web-' } },
  });
  expect(generated.body.metadata.name).toMatch(/^web-[a-z0-9]{5}$/);
  expect(generated.code).toBe(201);
});

test('a deleted pod on a node stays until its kubelet lets go; force takes it at once', async () => {
  cluster.store.create(PODS, pod('a'));
  const path = `/api/v1/namespaces/${NAMESPACE}/pods/a`;
  const marked = await cluster.ask('DELETE', path);
  expect(marked.body.metadata).toMatchObject({
    deletionTimestamp: '2026-01-02T03:04:35Z',
    deletionGracePeriodSeconds: 30,
  });
  expect(cluster.store.get(PODS, NAMESPACE, 'a')).toBeDefined();
  await cluster.ask('DELETE', path, {
    body: { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 },
  });
  expect(cluster.store.get(PODS, NAMESPACE, 'a')).toBeUndefined();
  expect((await cluster.ask('DELETE', path)).body.message).toBe('pods "a" not found');
});

test('delete minds preconditions and dry runs', async () => {
  const options = { kind: 'DeleteOptions', apiVersion: 'v1' };
  const wrong = await cluster.ask('DELETE', WEB, { body: { ...options, preconditions: { uid: 'x' } } });
  expect(wrong.body.reason).toBe('Conflict');
  expect((await cluster.ask('DELETE', WEB, { body: { ...options, dryRun: ['All'] } })).code).toBe(200);
  expect(stored()).toBeDefined();
  expect((await cluster.ask('DELETE', WEB)).body).toMatchObject({
    status: 'Success',
    details: { name: 'web' },
  });
  expect(stored()).toBeUndefined();
});

test('a body of the wrong kind or format is refused', async () => {
  expect((await cluster.ask('PUT', WEB, { body: service('web', {}) })).body.reason).toBe('BadRequest');
  expect((await patch(WEB, 'text/plain', {})).code).toBe(415);
  expect((await patch(WEB, MERGE_PATCH, '{broken')).code).toBe(400);
});
