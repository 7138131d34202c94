import { describe, expect, it } from 'vitest';
import { PortFailure } from '../../../src/ports/failure.ts';
import type { KubeObject, ProxyRequest } from '../../../src/ports/kubernetes.ts';
import { serving } from '../../../src/steps/kas/serving.ts';
import { FakeKubernetes } from '../../fakes/fake-kubernetes.ts';
import { fakePorts } from '../../fakes/fake-ports.ts';
import { V3, V4 } from '../gitlab/app-interface.ts';

const NAMESPACE = 'managed-services-production';

interface Kas {
  readonly tag?: string;
  readonly initTag?: string;
  readonly initExit?: number | null;
  readonly ready?: boolean;
  readonly restartedAt?: string;
  readonly terminating?: boolean;
  readonly phase?: string;
}

function kas(name: string, given: Kas = {}): KubeObject {
  const { tag = V3.slice(0, 7), initTag = tag, initExit = 0, ready = true, phase = 'Running' } = given;
  const image = (of: string) => `quay.io:443/app-sre/kas-fleet-manager:${of}`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: NAMESPACE,
      labels: { app: 'kas-fleet-manager' },
      ...(given.terminating === true ? { deletionTimestamp: '2026-11-02T02:59:00Z' } : {}),
    },
    spec: {
      initContainers: [{ name: 'migration', image: image(initTag) }],
      containers: [
        { name: 'service', image: image(tag) },
        { name: 'envoy-sidecar', image: 'quay.io/app-sre/envoy:1.24' },
      ],
    },
    status: {
      phase,
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      initContainerStatuses: [
        {
          name: 'migration',
          state: initExit === null ? { running: {} } : { terminated: { exitCode: initExit } },
        },
      ],
      containerStatuses: [
        {
          name: 'service',
          restartCount: given.restartedAt === undefined ? 0 : 1,
          state: { running: {} },
          ...(given.restartedAt === undefined
            ? {}
            : { lastState: { terminated: { exitCode: 1, finishedAt: given.restartedAt } } }),
        },
      ],
    },
  };
}

async function look(
  pods: readonly KubeObject[],
  versions: Readonly<Record<string, string>>,
  given: object = {},
) {
  const kube = new FakeKubernetes(...pods);
  const asked: ProxyRequest[] = [];
  kube.proxy = (request) => {
    asked.push(request);
    const version = versions[request.name];
    if (version === 'forbidden') throw new PortFailure('Forbidden.', { reason: 'forbidden' });
    return { status: 200, body: JSON.stringify({ server_version: version ?? '' }), durationMs: 5 };
  };
  const ports = fakePorts({ kubernetes: kube });
  const context = { ports, signal: new AbortController().signal, namespace: NAMESPACE };
  const plan = await serving.plan(serving.schema.parse(given), context);
  return { ...(await serving.observe?.(plan, context)), asked };
}

const both = { one: V3, two: V3 };

describe('the build that pods serve', () => {
  it('is what each says of itself, over https on its API port', async () => {
    const { outputs, asked, holds } = await look([kas('one'), kas('two')], both);
    expect(outputs).toMatchObject({ sha: V3, shas: [V3], count: 2, ready: 2 });
    expect(holds).toBe(true);
    expect(asked[0]).toMatchObject({
      scheme: 'https',
      port: 8000,
      path: '/api/kafkas_mgmt/v1',
      through: 'pods',
    });
  });

  it('is told by the image where the build does not know', async () => {
    const { outputs } = await look([kas('one'), kas('two')], { one: V3 });
    expect(outputs).toMatchObject({
      sha: V3,
      pods: [{ from: 'server' }, { from: 'image', sha: V3.slice(0, 7) }],
    });
  });

  it('is told by the image where the pods may not be asked', async () => {
    const { outputs } = await look([kas('one')], { one: 'forbidden' });
    expect(outputs).toMatchObject({ shas: [V3.slice(0, 7)] });
  });

  it('differs while a rollout is under way', async () => {
    const { outputs } = await look([kas('one'), kas('two', { tag: V4.slice(0, 7), ready: false })], {
      one: V3,
    });
    expect(outputs).toMatchObject({ sha: null, shas: [V3, V4.slice(0, 7)], ready: 1 });
  });

  it('does not count a pod that was evicted', async () => {
    const evicted = kas('old', { tag: V4.slice(0, 7), phase: 'Failed', ready: false });
    expect((await look([kas('one'), evicted], both)).outputs).toMatchObject({ sha: V3, count: 1 });
  });
});

describe('a version is served by every pod', () => {
  const expected = { expect: V3, 'min-pods': 2 };

  it('when all say so', async () => {
    expect(await look([kas('one'), kas('two')], both, expected)).toMatchObject({
      holds: true,
      summary: '2/2 pods serve cccccccc',
    });
  });

  it.each([
    ['another build', kas('two', { tag: V4.slice(0, 7) }), { one: V3, two: V4 }],
    ['an init container of another image', kas('two', { initTag: V4.slice(0, 7) }), both],
    ['an init container that failed', kas('two', { initExit: 1 }), both],
    ['an init container that runs', kas('two', { initExit: null }), both],
    ['a pod that is not ready', kas('two', { ready: false }), both],
    ['a restart a moment ago', kas('two', { restartedAt: '2026-11-02T02:59:50Z' }), both],
    ['an old pod that is still going', kas('two', { terminating: true }), both],
  ])('not with %s', async (_, other, versions) => {
    expect((await look([kas('one'), other], versions, { ...expected, 'min-pods': 1 })).holds).toBe(false);
  });

  it('not with fewer pods than there must be', async () => {
    expect((await look([kas('one')], both, expected)).holds).toBe(false);
  });

  it('also after a restart that is long past', async () => {
    const old = kas('two', { restartedAt: '2026-11-02T02:00:00Z' });
    expect((await look([kas('one'), old], both, expected)).holds).toBe(true);
  });
});
