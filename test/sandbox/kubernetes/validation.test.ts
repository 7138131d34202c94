import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  DEPLOYMENTS,
  deployment,
  NAMESPACE,
  SERVICES,
  service,
  startTestCluster,
  type TestCluster,
} from './test-cluster.ts';

const CORE = `/api/v1/namespaces/${NAMESPACE}`;
const APPS = `/apis/apps/v1/namespaces/${NAMESPACE}`;
const MERGE = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startTestCluster();
  cluster.store.create(DEPLOYMENTS, deployment('web'));
  cluster.store.create(SERVICES, service('web', { app: 'web' }));
});

afterAll(() => cluster.stop());

/** The messages of a refusal's causes, as field and rule. */
async function causes(method: string, path: string, body: unknown, contentType?: string): Promise<string[]> {
  const options = contentType === undefined ? { body } : { body, contentType };
  const answer = await cluster.ask(method, path, options);
  expect(answer.code).toBe(422);
  const found: { field: string; message: string }[] = answer.body.details.causes;
  return found.map(({ field, message }) => `${field}: ${message}`);
}

// Each of these was refused in the same words by a Kubernetes 1.20.2.
describe('a Service is refused', () => {
  test.each([
    [
      { sessionAffinity: 'Sometimes' },
      'spec.sessionAffinity: Unsupported value: "Sometimes": supported values: "ClientIP", "None"',
    ],
    [
      { type: 'Odd' },
      'spec.type: Unsupported value: "Odd": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
    ],
    [
      { clusterIP: '10.96.1.1' },
      'spec.clusterIPs[0]: Invalid value: []string{"10.96.1.1"}: may not change once set',
    ],
    [{ ports: [] }, 'spec.ports: Required value'],
    [
      { ports: [{ port: 80, targetPort: 'not_valid!' }] },
      'spec.ports[0].targetPort: Invalid value: "not_valid!": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
    ],
    [
      { ports: [{ port: 80, protocol: 'XYZ' }] },
      'spec.ports[0].protocol: Unsupported value: "XYZ": supported values: "SCTP", "TCP", "UDP"',
    ],
    [
      {
        ports: [
          { port: 80, name: 'a' },
          { port: 81, name: 'a' },
        ],
      },
      'spec.ports[1].name: Duplicate value: "a"',
    ],
  ])('for %j', async (spec, cause) => {
    expect(await causes('PATCH', `${CORE}/services/web`, { spec }, MERGE)).toContain(cause);
  });

  test('for a name that is no DNS label', async () => {
    const [cause] = await causes('POST', `${CORE}/services`, service('1bad', {}));
    expect(cause).toMatch(/^metadata\.name: Invalid value: "1bad": a DNS-1035 label must consist of/);
  });
});

describe('a Deployment is refused', () => {
  const container = (fields: object) => ({
    template: { spec: { containers: [{ name: 'app', ...fields }] } },
  });

  test.each([
    [{ minReadySeconds: -1 }, 'spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0'],
    [
      { progressDeadlineSeconds: 5, minReadySeconds: 9 },
      'spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds',
    ],
    [
      { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } },
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: intstr.IntOrString{Type:0, IntVal:0, StrVal:""}: may not be 0 when `maxSurge` is 0',
    ],
    [
      { strategy: { type: 'Recreate' } },
      "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
    ],
    [
      { template: { metadata: { labels: { app: 'x' } } } },
      'spec.template.metadata.labels: Invalid value: map[string]string{"app":"x"}: `selector` does not match template `labels`',
    ],
    [
      { template: { spec: { restartPolicy: 'Never' } } },
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
    ],
    [container({ image: '' }), 'spec.template.spec.containers[0].image: Required value'],
    [
      container({ ports: [{ containerPort: 0 }] }),
      'spec.template.spec.containers[0].ports[0].containerPort: Required value',
    ],
    [
      container({ env: [{ value: 'x', name: '' }] }),
      'spec.template.spec.containers[0].env[0].name: Required value',
    ],
    [
      container({ imagePullPolicy: 'x' }),
      'spec.template.spec.containers[0].imagePullPolicy: Unsupported value: "x": supported values: "Always", "IfNotPresent", "Never"',
    ],
    [
      container({ resources: { limits: { memory: '1Mi' }, requests: { memory: '2Mi' } } }),
      'spec.template.spec.containers[0].resources.requests: Invalid value: "2Mi": must be less than or equal to memory limit',
    ],
    [
      container({ readinessProbe: { httpGet: { port: 1 }, periodSeconds: -1 } }),
      'spec.template.spec.containers[0].readinessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0',
    ],
  ])('for %j', async (spec, cause) => {
    expect(await causes('PATCH', `${APPS}/deployments/web`, { spec }, STRATEGIC)).toContain(cause);
  });

  test('for what is wrong with it before it is for its name that is taken', async () => {
    const wrong = deployment('web', -1);
    expect(await causes('POST', `${APPS}/deployments`, wrong)).toHaveLength(1);
  });
});

test('labels, annotations and keys of a ConfigMap have their rules', async () => {
  const config = (fields: object) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'c', ...fields },
    data: { 'a b': 'x' },
  });
  const found = await causes(
    'POST',
    `${CORE}/configmaps`,
    config({ labels: { 'a b': 'x!' }, annotations: { 'c d': '' } }),
  );
  expect(found.map((cause) => cause.replace(/: (name part|a valid).*/, ''))).toEqual([
    'metadata.labels: Invalid value: "a b"',
    'metadata.labels: Invalid value: "x!"',
    'metadata.annotations: Invalid value: "c d"',
    'data[a b]: Invalid value: "a b"',
  ]);
});

test.each([
  [
    'POST',
    `${CORE}/services?dryRun=Some`,
    'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: []string{"Some"}: supported values: "All"',
  ],
  [
    'DELETE',
    `${CORE}/services/web?propagationPolicy=Odd`,
    'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Odd": supported values: "Foreground", "Background", "Orphan", "nil"',
  ],
  [
    'PATCH',
    `${CORE}/services/web?force=true`,
    'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
  ],
  [
    'GET',
    `${CORE}/services?resourceVersionMatch=Exact`,
    'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
  ],
])('%s %s is refused for its options', async (method, path, message) => {
  const options =
    method === 'GET'
      ? {}
      : { body: service('other', {}), ...(method === 'PATCH' ? { contentType: MERGE } : {}) };
  expect((await cluster.ask(method, path, options)).body).toMatchObject({ code: 422, message });
});
