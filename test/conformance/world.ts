import { randomBytes } from 'node:crypto';
import { systemClock } from '../../src/adapters/clock.ts';
import { createCredentials } from '../../src/adapters/kubernetes/credentials.ts';
import { selectContext } from '../../src/adapters/kubernetes/kubeconfig.ts';
import {
  createKubernetes,
  createKubernetesReads,
  type KubernetesOptions,
} from '../../src/adapters/kubernetes/kubernetes.ts';
import { createTransport, type Transport } from '../../src/adapters/transport.ts';
import { rolloutVerdict } from '../../src/cluster/rollout.ts';
import type { JsonObject } from '../../src/ports/json.ts';
import type { KubeObject, Kubernetes, KubernetesReads, ResourceRef } from '../../src/ports/kubernetes.ts';

export interface Target {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
}

/** The cluster under test, and what in it may be touched. */
export interface World {
  readonly kubernetes: Kubernetes;
  readonly reads: KubernetesReads;
  /** A namespace of our own, where anything goes; false: a real one, where only an annotation is set and removed. */
  readonly isOwn: boolean;
  /** A Service and a Deployment that are there. */
  readonly service: ResourceRef;
  readonly deployment: ResourceRef;
  /** Whether the user may patch the Service and scale the Deployment. */
  readonly mayWrite: boolean;
  cleanUp(): Promise<void>;
}

const TIMEOUT_MS = 30_000;

/** Makes a namespace with two small deployments and a Service; where that is not allowed, finds what is there. */
export async function openWorld(target: Target): Promise<World> {
  const options: KubernetesOptions = { ...target, env: process.env, clock: systemClock };
  const found = createKubernetes(options);
  const template = await someTemplate(found);
  const transport = createTransport(
    found.context.server,
    createCredentials(selectContext(options), systemClock),
  );
  const namespace = `rollbook-conformance-${randomBytes(3).toString('hex')}`;
  const own =
    template !== undefined &&
    (await create(transport, '/api/v1/namespaces', {
      kind: 'Namespace',
      apiVersion: 'v1',
      metadata: { name: namespace },
    }));
  if (!own) return existingWorld(options, found);
  const inOwn = { ...options, namespace };
  await fill(transport, namespace, template);
  const kubernetes = createKubernetes(inOwn);
  for (const name of ['one', 'two']) await untilReady(kubernetes, name);
  return {
    kubernetes,
    reads: createKubernetesReads(inOwn),
    isOwn: true,
    mayWrite: true,
    service: { group: '', resource: 'services', name: 'web' },
    deployment: { group: 'apps', resource: 'deployments', name: 'one' },
    async cleanUp() {
      await transport.send({
        method: 'DELETE',
        path: `/api/v1/namespaces/${namespace}`,
        timeoutMs: TIMEOUT_MS,
      });
    },
  };
}

async function existingWorld(options: KubernetesOptions, kubernetes: Kubernetes): Promise<World> {
  const services = await kubernetes.list({ group: '', resource: 'services' });
  const service =
    services.items.find(({ spec }) => Object.keys((spec?.selector ?? {}) as object).length > 1) ??
    services.items[0];
  const deployment = (await kubernetes.list({ group: 'apps', resource: 'deployments' })).items[0];
  if (service === undefined || deployment === undefined) {
    throw new Error(
      `The user may not make a namespace, and there is nothing to look at in ${kubernetes.context.namespace}: name another with --namespace.`,
    );
  }
  const { allowed } = await kubernetes.access({ verb: 'patch', group: '', resource: 'services' });
  return {
    kubernetes,
    reads: createKubernetesReads(options),
    isOwn: false,
    mayWrite: allowed,
    service: { group: '', resource: 'services', name: service.metadata.name },
    deployment: { group: 'apps', resource: 'deployments', name: deployment.metadata.name },
    cleanUp: async () => undefined,
  };
}

/** The pod template of a deployment that is well and needs nothing but its image. */
async function someTemplate(kubernetes: Kubernetes): Promise<JsonObject | undefined> {
  const { items } = await kubernetes.list({ group: 'apps', resource: 'deployments' });
  const simple = items.find((each) => {
    const text = JSON.stringify(each.spec?.template ?? {});
    return (
      rolloutVerdict(each).holds &&
      rolloutVerdict(each).counts.ready > 0 &&
      !/"volumes"|"valueFrom"/.test(text)
    );
  });
  return (simple?.spec?.template as { spec?: JsonObject } | undefined)?.spec;
}

async function create(transport: Transport, path: string, object: object): Promise<boolean> {
  const body = JSON.stringify(object);
  return (await transport.send({ method: 'POST', path, body, timeoutMs: TIMEOUT_MS })).status === 201;
}

async function fill(transport: Transport, namespace: string, template: JsonObject): Promise<void> {
  for (const track of ['one', 'two']) {
    const labels = { app: 'web', track };
    const spec = {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: template },
    };
    const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: track, labels }, spec };
    if (!(await create(transport, `/apis/apps/v1/namespaces/${namespace}/deployments`, object))) {
      throw new Error(`deployment/${track} could not be made in namespace ${namespace}`);
    }
  }
  const spec = { selector: { app: 'web', track: 'one' }, ports: [{ port: 80, targetPort: 8080 }] };
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec };
  if (!(await create(transport, `/api/v1/namespaces/${namespace}/services`, service))) {
    throw new Error(`service/web could not be made in namespace ${namespace}`);
  }
}

async function untilReady(kubernetes: Kubernetes, name: string): Promise<void> {
  await until(`deployment/${name} is ready`, async () => {
    const deployment: KubeObject = await kubernetes.get({ group: 'apps', resource: 'deployments', name });
    return rolloutVerdict(deployment).holds;
  });
}

/** Looks twice a second until it holds; a minute at most. */
export async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within a minute: ${what}`);
    await systemClock.sleep(500);
  }
}
