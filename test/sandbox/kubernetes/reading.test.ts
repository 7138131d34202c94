import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  DEPLOYMENTS,
  deployment,
  PODS,
  pod,
  SERVICES,
  service,
  startTestCluster,
  type TestCluster,
} from './test-cluster.ts';

const PODS_PATH = '/api/v1/namespaces/banking-app/pods';
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
const AGGREGATED_BETA = AGGREGATED.replace('v=v2', 'v=v2beta1');

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startTestCluster();
  cluster.store.create(DEPLOYMENTS, deployment('web'));
  cluster.store.create(SERVICES, service('web', { app: 'web' }));
  for (const [name, color] of [
    ['a', 'blue'],
    ['b', 'blue'],
    ['c', 'green'],
  ] as const) {
    cluster.store.create(PODS, pod(name, { color, app: 'web' }));
  }
});

afterAll(() => cluster.stop());

const names = (answer: { body: { items: { metadata: { name: string } }[] } }) =>
  answer.body.items.map((item) => item.metadata.name);

test('discovery answers in the variant that is asked for', async () => {
  const v2 = await cluster.ask('GET', '/apis', { accept: AGGREGATED });
  expect(v2.headers.get('content-type')).toBe(
    'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  );
  expect(v2.body.apiVersion).toBe('apidiscovery.k8s.io/v2');
  const beta = await cluster.ask('GET', '/api', { accept: AGGREGATED_BETA });
  expect(beta.body).toMatchObject({
    apiVersion: 'apidiscovery.k8s.io/v2beta1',
    items: [{ versions: [{ version: 'v1' }] }],
  });
  const legacy = await cluster.ask('GET', '/apis');
  expect(legacy.body.kind).toBe('APIGroupList');
  expect((await cluster.ask('GET', '/api')).body.kind).toBe('APIVersions');
  const apps = await cluster.ask('GET', '/apis/apps/v1');
  expect(apps.body.resources).toContainEqual(
    expect.objectContaining({
      name: 'deployments/scale',
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
    }),
  );
});

test('an old cluster serves neither aggregated discovery nor newer types', async () => {
  const old = await startTestCluster({ version: 'v1.20.2', notServed: ['batch/v1/jobs'] });
  try {
    expect((await old.ask('GET', '/apis', { accept: AGGREGATED })).body.kind).toBe('APIGroupList');
    expect((await old.ask('GET', '/version')).body.gitVersion).toBe('v1.20.2');
    for (const path of [
      '/apis/autoscaling/v2',
      '/apis/discovery.k8s.io/v1',
      '/apis/batch/v1',
      '/openapi/v3',
    ]) {
      expect((await old.ask('GET', path)).code, path).toBe(404);
    }
    expect((await old.ask('GET', '/apis/apps/v1')).code).toBe(200);
  } finally {
    await old.stop();
  }
});

test.each([
  ['labelSelector=color=blue', ['a', 'b']],
  ['labelSelector=color!=blue,app', ['c']],
  ['labelSelector=color in (green,red)', ['c']],
  ['labelSelector=color notin (green)', ['a', 'b']],
  ['labelSelector=!color', []],
  ['fieldSelector=metadata.name=b', ['b']],
  ['fieldSelector=status.phase!=Running', []],
  ['fieldSelector=spec.nodeName=node-1&labelSelector=color==green', ['c']],
])('lists %s', async (query, expected) => {
  const path = `${PODS_PATH}?${query
    .split('&')
    .map((part) => part.replace(/=(.*)$/s, (_all, value) => `=${encodeURIComponent(value)}`))
    .join('&')}`;
  expect(names(await cluster.ask('GET', path))).toEqual(expected);
});

test('a selector that makes no sense is refused', async () => {
  const label = await cluster.ask('GET', `${PODS_PATH}?labelSelector=${encodeURIComponent('a b')}`);
  expect(label.body).toMatchObject({ code: 400, reason: 'BadRequest' });
  const field = await cluster.ask('GET', `${PODS_PATH}?fieldSelector=spec.foo%3D1`);
  expect(field.body.message).toBe('field label not supported: spec.foo');
});

test('a list comes in pages that fit together', async () => {
  const first = await cluster.ask('GET', `${PODS_PATH}?limit=2`);
  expect(names(first)).toEqual(['a', 'b']);
  expect(first.body.metadata.remainingItemCount).toBe(1);
  const next = await cluster.ask('GET', `${PODS_PATH}?limit=2&continue=${first.body.metadata.continue}`);
  expect(names(next)).toEqual(['c']);
  expect(next.body.metadata.continue).toBeUndefined();
  expect(next.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
});

test('items of a list do not repeat their kind', async () => {
  const list = await cluster.ask('GET', PODS_PATH);
  expect(list.body).toMatchObject({ kind: 'PodList', apiVersion: 'v1' });
  expect(list.body.items[0].kind).toBeUndefined();
});

test('a table has the columns of kubectl get', async () => {
  const table = await cluster.ask('GET', PODS_PATH, { accept: TABLE });
  expect(table.body.columnDefinitions.map((column: { name: string }) => column.name)).toEqual([
    'Name',
    'Ready',
    'Status',
    'Restarts',
    'Age',
    'IP',
    'Node',
    'Nominated Node',
    'Readiness Gates',
  ]);
  expect(table.body.rows[0].cells).toEqual([
    'a',
    '1/1',
    'Running',
    '0',
    '0s',
    '10.0.0.7',
    'node-1',
    '<none>',
    '<none>',
  ]);
  expect(table.body.rows[0].object.kind).toBe('PartialObjectMetadata');
  const bare = await cluster.ask('GET', `${PODS_PATH}?includeObject=None`, { accept: TABLE });
  expect(bare.body.rows[0].object).toBeNull();
  const full = await cluster.ask('GET', `${PODS_PATH}?includeObject=Object`, { accept: TABLE });
  expect(full.body.rows[0].object.spec.nodeName).toBe('node-1');
});

test('protobuf is passed over for the JSON after it, and refused alone', async () => {
  const path = '/apis/apps/v1/namespaces/banking-app/deployments/web';
  const both = await cluster.ask('GET', path, {
    accept: 'application/vnd.kubernetes.protobuf,application/json',
  });
  expect(both.body.kind).toBe('Deployment');
  expect((await cluster.ask('GET', path, { accept: 'application/vnd.kubernetes.protobuf' })).code).toBe(406);
});

test('a list from the future is not answered', async () => {
  const answer = await cluster.ask('GET', `${PODS_PATH}?resourceVersion=999999`);
  expect(answer.body).toMatchObject({ code: 504, reason: 'Timeout' });
});

test('OpenAPI tells merge keys and field validation', async () => {
  const index = await cluster.ask('GET', '/openapi/v3');
  const url = index.body.paths['apis/apps/v1'].serverRelativeURL;
  const { body } = await cluster.ask('GET', url);
  const patch = body.paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}'].patch;
  expect(patch['x-kubernetes-group-version-kind']).toEqual({
    group: 'apps',
    version: 'v1',
    kind: 'Deployment',
  });
  expect(patch.parameters.map((parameter: { name: string }) => parameter.name)).toContain('fieldValidation');
  const podSpec =
    body.components.schemas['io.k8s.api.apps.v1.Deployment'].properties.spec.properties.template.properties
      .spec;
  expect(podSpec.properties.containers['x-kubernetes-patch-merge-key']).toBe('name');
});

test('logs are cut by tail and age, and stamped when asked', async () => {
  const now = cluster.time.now;
  cluster.world.lines.set('a/app', [
    { time: now - 60_000, text: 'one' },
    { time: now - 1000, text: 'two' },
    { time: now, text: 'three' },
  ]);
  const log = async (query: string) => (await cluster.ask('GET', `${PODS_PATH}/a/log?${query}`)).text;
  expect(await log('')).toBe('one\ntwo\nthree\n');
  expect(await log('tailLines=1')).toBe('three\n');
  expect(await log('sinceSeconds=30&tailLines=5')).toBe('two\nthree\n');
  expect(await log('tailLines=1&timestamps=true')).toBe('2026-01-02T03:04:05.000Z three\n');
  const previous = await cluster.ask('GET', `${PODS_PATH}/a/log?previous=true`);
  expect(previous.body.message).toBe('previous terminated container "app" in pod "a" not found');
  expect((await cluster.ask('GET', `${PODS_PATH}/a/log?container=x`)).body.message).toBe(
    'container x is not valid for pod a',
  );
});

test('a proxied request reaches the world with its path and query', async () => {
  cluster.world.proxied = (path) => ({ status: 503, body: path });
  const services = '/api/v1/namespaces/banking-app/services';
  const answer = await cluster.ask('GET', `${services}/http:web:80/proxy/health/deep?x=1`);
  expect(answer).toMatchObject({ code: 503, text: 'services/web/health/deep?x=1' });
  expect((await cluster.ask('GET', `${services}/web:81/proxy/`)).body.message).toBe(
    'no service port "81" found for service "web"',
  );
  expect((await cluster.ask('GET', `${services}/none/proxy/`)).code).toBe(404);
});
