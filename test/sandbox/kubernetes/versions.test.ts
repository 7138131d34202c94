import { afterEach, expect, test } from 'vitest';
import {
  DEPLOYMENTS,
  deployment,
  NAMESPACE,
  SERVICES,
  service,
  startTestCluster,
  type TestCluster,
} from './test-cluster.ts';

let cluster: TestCluster | undefined;

afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
});

const SLICES = { group: 'discovery.k8s.io', resource: 'endpointslices' };
const AUTOSCALERS = { group: 'autoscaling', resource: 'horizontalpodautoscalers' };

test.each([
  ['v1.20.2', ['discovery.k8s.io/v1beta1', 'autoscaling/v1', 'policy/v1beta1', 'batch/v1beta1']],
  [
    'v1.23.0',
    [
      'discovery.k8s.io/v1',
      'discovery.k8s.io/v1beta1',
      'autoscaling/v1',
      'autoscaling/v2',
      'policy/v1',
      'policy/v1beta1',
      'batch/v1beta1',
    ],
  ],
  ['v1.33.1', ['discovery.k8s.io/v1', 'autoscaling/v1', 'autoscaling/v2', 'policy/v1']],
])('%s serves what its release served', async (version, served) => {
  cluster = await startTestCluster({ version });
  const { body } = await cluster.ask('GET', '/apis');
  const found: string[] = body.groups.flatMap(({ versions }: { versions: { groupVersion: string }[] }) =>
    versions.map(({ groupVersion }) => groupVersion),
  );
  const changing = /^(discovery|autoscaling|policy|batch.*beta)/;
  expect(found.filter((name) => changing.test(name)).sort()).toEqual([...served].sort());
});

test('an EndpointSlice tells its node as topology in v1beta1', async () => {
  cluster = await startTestCluster({ version: 'v1.20.2' });
  cluster.store.create(SLICES, {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'web-x', namespace: NAMESPACE },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.0.0.1'], nodeName: 'node-1' }],
    ports: [],
  });
  const path = `/apis/discovery.k8s.io/v1beta1/namespaces/${NAMESPACE}/endpointslices`;
  const { body } = await cluster.ask('GET', path);
  expect(body).toMatchObject({ apiVersion: 'discovery.k8s.io/v1beta1', kind: 'EndpointSliceList' });
  expect(body.items[0].endpoints).toEqual([
    { addresses: ['10.0.0.1'], topology: { 'kubernetes.io/hostname': 'node-1' } },
  ]);
});

test('an autoscaler written in v1 is the same in v2', async () => {
  cluster = await startTestCluster();
  const at = (version: string) =>
    `/apis/autoscaling/${version}/namespaces/${NAMESPACE}/horizontalpodautoscalers`;
  const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
  const body = {
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec: { scaleTargetRef: target, maxReplicas: 3, targetCPUUtilizationPercentage: 60 },
  };
  expect((await cluster.ask('POST', at('v1'), { body })).body.spec).toMatchObject(body.spec);
  expect((await cluster.ask('GET', `${at('v2')}/web`)).body).toMatchObject({
    apiVersion: 'autoscaling/v2',
    spec: { metrics: [{ resource: { name: 'cpu', target: { averageUtilization: 60 } } }] },
  });
  expect(cluster.store.get(AUTOSCALERS, NAMESPACE, 'web')?.apiVersion).toBe('autoscaling/v2');
});

test('an annotation raises the generation of a Deployment, a label does not', async () => {
  cluster = await startTestCluster();
  cluster.store.create(DEPLOYMENTS, deployment('web'));
  const generation = async (metadata: object) => {
    const answer = await cluster?.ask('PATCH', `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/web`, {
      contentType: 'application/merge-patch+json',
      body: { metadata },
    });
    return answer?.body.metadata.generation;
  };
  expect(await generation({ labels: { a: 'b' } })).toBe(1);
  expect(await generation({ annotations: { a: 'b' } })).toBe(2);
});

test('before 1.22 the status is not told apart in managedFields', async () => {
  const managers = async (version: string) => {
    const started = await startTestCluster({ version });
    started.store.create(SERVICES, service('web', {}));
    const { body } = await started.ask('PATCH', `/api/v1/namespaces/${NAMESPACE}/services/web/status`, {
      contentType: 'application/merge-patch+json',
      body: { status: { loadBalancer: { ingress: [{ ip: '10.0.0.1' }] } } },
    });
    await started.stop();
    return body.metadata.managedFields.map(({ subresource = 'none' }) => subresource);
  };
  expect(await managers('v1.20.2')).toEqual(['none']);
  expect(await managers('v1.33.1')).toEqual(['status']);
});

test('a user that may not impersonate acts as no one else', async () => {
  cluster = await startTestCluster();
  const ask = async (token: string) => {
    const headers = { authorization: `Bearer ${token}`, 'impersonate-user': 'nobody' };
    const response = await fetch(`${cluster?.url}/api/v1/namespaces/${NAMESPACE}/pods`, { headers });
    return ((await response.json()) as { message: string }).message;
  };
  expect(await ask('sandbox-operator')).toBe(
    'users "nobody" is forbidden: User "operator" cannot impersonate resource "users" in API group "" at the cluster scope',
  );
  expect(await ask('sandbox-admin')).toMatch(/^pods is forbidden: User "nobody" cannot list/);
});
