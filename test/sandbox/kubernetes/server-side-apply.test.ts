import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  DEPLOYMENTS,
  deployment,
  NAMESPACE,
  SERVICES,
  service,
  startTestCluster,
  type TestCluster,
} from './test-cluster.ts';

const APPLY = 'application/apply-patch+yaml';
const WEB = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/web`;
const SERVICE = `/api/v1/namespaces/${NAMESPACE}/services/web`;

let cluster: TestCluster;

beforeEach(async () => {
  cluster = await startTestCluster();
});

afterEach(() => cluster.stop());

const apply = (manager: string, body: unknown, query = '') =>
  cluster.ask('PATCH', `${WEB}?fieldManager=${manager}${query}`, { contentType: APPLY, body });

const base = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } };

test('applying what is not there creates it, owned by its manager', async () => {
  const created = await apply('a', deployment('web'));
  expect(created.code).toBe(201);
  expect(created.body.metadata.managedFields).toMatchObject([
    { manager: 'a', operation: 'Apply', apiVersion: 'apps/v1', fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
  ]);
});

test('applying the same again changes nothing', async () => {
  const first = await apply('a', deployment('web'));
  cluster.time.now += 5000;
  const second = await apply('a', deployment('web'));
  expect(second.body).toEqual(first.body);
});

test('changing what another manager owns is a conflict, unless forced', async () => {
  await apply('a', deployment('web', 3));
  const refused = await apply('b', { ...base, spec: { replicas: 5 } });
  expect(refused.body).toMatchObject({
    code: 409,
    reason: 'Conflict',
    message: 'Apply failed with 1 conflict: conflict with "a": .spec.replicas',
    details: {
      causes: [
        {
          reason: 'FieldManagerConflict',
          message: 'conflict with "a"',
          field: '.spec.replicas',
        },
      ],
    },
  });
  const forced = await apply('b', { ...base, spec: { replicas: 5 } }, '&force=true');
  expect(forced.body.spec.replicas).toBe(5);
  const owners = forced.body.metadata.managedFields.filter(
    (entry: { fieldsV1: { 'f:spec'?: object } }) => 'f:replicas' in (entry.fieldsV1['f:spec'] ?? {}),
  );
  expect(owners.map((entry: { manager: string }) => entry.manager)).toEqual(['b']);
});

test('agreeing on a value is no conflict, and both own it', async () => {
  await apply('a', deployment('web', 3));
  expect((await apply('b', { ...base, spec: { replicas: 3 } })).code).toBe(200);
});

test('a field the manager no longer applies goes, unless another owns it too', async () => {
  const labels = (extra: Record<string, string>) => ({
    ...deployment('web'),
    metadata: { name: 'web', labels: { app: 'web', ...extra } },
  });
  await apply('a', labels({ x: '1', y: '2' }));
  await apply('b', { ...base, metadata: { name: 'web', labels: { y: '2' } } });
  const after = await apply('a', labels({}));
  expect(after.body.metadata.labels).toEqual({ app: 'web', y: '2' });
});

test('an ordinary write is recorded and conflicts with a later apply', async () => {
  await apply('a', deployment('web', 3));
  await cluster.ask('PATCH', `${WEB}/scale`, {
    contentType: 'application/merge-patch+json',
    body: { spec: { replicas: 7 } },
    userAgent: 'kubectl/v1.33.1 (linux/amd64)',
  });
  const refused = await apply('a', deployment('web', 3));
  expect(refused.body.message).toBe(
    'Apply failed with 1 conflict: conflict with "kubectl" with subresource "scale" using apps/v1: .spec.replicas',
  );
});

test('what was there before anyone applied belongs to before-first-apply', async () => {
  cluster.store.create(DEPLOYMENTS, deployment('web', 3));
  const refused = await apply('a', { ...base, spec: { replicas: 5 } });
  expect(refused.body.message).toContain('conflict with "before-first-apply" using apps/v1: .spec.replicas');
});

test("a Service's selector is owned and replaced as a whole", async () => {
  cluster.store.create(SERVICES, service('web', { app: 'web', color: 'green' }));
  const body = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { selector: { app: 'blue' } },
  };
  const answer = await cluster.ask('PATCH', `${SERVICE}?fieldManager=a&force=true`, {
    contentType: APPLY,
    body,
  });
  expect(answer.body.spec.selector).toEqual({ app: 'blue' });
  expect(answer.body.spec.ports).toHaveLength(1);
});

test('containers merge by name, and YAML is read', async () => {
  await apply('a', deployment('web'));
  const yaml = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {containers: [{name: side, image: "side:1"}]}}}
`;
  const answer = await apply('b', yaml);
  const names = answer.body.spec.template.spec.containers.map(
    (container: { name: string }) => container.name,
  );
  expect(names).toEqual(['app', 'side']);
  const without = await apply('b', base);
  expect(without.body.spec.template.spec.containers).toHaveLength(1);
});

test('a dry run shows the merge and stores nothing; a manager is needed', async () => {
  await apply('a', deployment('web', 3));
  const { revision } = cluster.store;
  expect((await apply('a', deployment('web', 9), '&dryRun=All')).body.spec.replicas).toBe(9);
  expect(cluster.store.revision).toBe(revision);
  const nobody = await apply('', deployment('web', 9));
  expect(nobody.body.message).toContain('fieldManager: Required value');
});
