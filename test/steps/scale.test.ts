import { describe, expect, it } from 'vitest';
import { PortFailure } from '../../src/ports/failure.ts';
import type { JsonObject } from '../../src/ports/json.ts';
import type { KubeObject } from '../../src/ports/kubernetes.ts';
import { scale } from '../../src/steps/kubernetes/scale.ts';
import type { FakeKubernetes } from '../fakes/fake-kubernetes.ts';
import { fakePorts } from '../fakes/fake-ports.ts';
import { deployment, pod, service } from '../fakes/kube-objects.ts';
import { BLUE, banking, GREEN, meddle, planContext, runContext } from './banking.ts';

function world(kube = banking({ green: [true, true] })) {
  const ports = fakePorts({ kubernetes: kube });
  return { kube, ports, plans: planContext(ports), runs: runContext(ports) };
}

const greenToZero = scale.schema.parse({ name: 'frontend-green', replicas: 0 });
const blueToFour = scale.schema.parse({ name: 'frontend-blue', replicas: 4 });

/** Blue has the traffic, so that green may go. */
function blueServes(): FakeKubernetes {
  const kube = banking({ green: [true, true] });
  kube.put(service('frontend-service', BLUE));
  return kube;
}

function autoscaler(spec: JsonObject): KubeObject {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'green-hpa', namespace: 'banking-app' },
    spec: {
      scaleTargetRef: { kind: 'Deployment', name: 'frontend-green' },
      ...spec,
    },
  };
}

describe('planning to scale', () => {
  it('sends a merge patch of the scale subresource with uid and resourceVersion', async () => {
    const { kube, plans, runs } = world();
    const plan = await scale.plan(blueToFour, plans);
    const resourceVersion = kube.peek('Deployment', 'frontend-blue')?.metadata.resourceVersion;
    await scale.run?.(plan, runs);
    expect(kube.writes).toEqual([
      {
        target: {
          group: 'apps',
          resource: 'deployments',
          name: 'frontend-blue',
          namespace: 'banking-app',
          subresource: 'scale',
        },
        type: 'merge',
        patch: { metadata: { uid: 'uid-frontend-blue', resourceVersion }, spec: { replicas: 4 } },
      },
    ]);
    expect(plan.effects[0]?.command).toBe(
      `kubectl scale deployment/frontend-blue -n banking-app --replicas=4 --resource-version=${resourceVersion}`,
    );
  });

  it('is dangerous to 0, and asks for the name', async () => {
    const plan = await scale.plan(greenToZero, world(blueServes()).plans);
    expect(plan).toMatchObject({
      risk: 'dangerous',
      confirmWord: 'frontend-green',
      undo: 'sets the replicas back to 2',
    });
    expect(plan.facts).toContain('no Service sends traffic to its pods');
  });

  it('refuses to take away pods that serve', async () => {
    const { kube, plans } = world();
    await expect(scale.plan(greenToZero, plans)).rejects.toThrow(
      /frontend-green still serves: service\/frontend-service/,
    );
    expect(kube.writes).toEqual([]);
  });

  it('lets a runbook insist', async () => {
    const params = scale.schema.parse({ name: 'frontend-green', replicas: 0, 'allow-serving': true });
    const plan = await scale.plan(params, world().plans);
    expect(plan.warnings).toContain('service/frontend-service sends traffic to these pods right now.');
  });

  it('does not mind a Service whose pods behind it are not ready', async () => {
    const plan = await scale.plan(greenToZero, world(banking({ green: [false, false] })).plans);
    expect(plan.risk).toBe('dangerous');
  });

  it('says when it cannot tell who serves', async () => {
    const { kube, plans } = world(blueServes());
    const list = kube.list.bind(kube);
    kube.list = async (request) => {
      if (request.resource === 'services')
        throw new PortFailure('may not list services', { reason: 'forbidden' });
      return list(request);
    };
    const plan = await scale.plan(greenToZero, plans);
    expect(plan.warnings.join()).toContain('you may not list Services');
  });

  it.each([
    [
      'stops working',
      { minReplicas: 2, maxReplicas: 5 },
      0,
      /With 0 replicas HorizontalPodAutoscaler green-hpa stops working/,
    ],
    ['raises', { minReplicas: 4, maxReplicas: 5 }, 3, /will raise the replicas to its minimum of 4/],
    ['lowers', { maxReplicas: 5 }, 7, /will lower the replicas to its maximum of 5/],
    ['is in between', { maxReplicas: 5 }, 3, /sets the replicas between 1 and 5/],
  ])('warns of an autoscaler that %s', async (_, spec, replicas, warning) => {
    const kube = blueServes();
    kube.put(autoscaler(spec));
    const plan = await scale.plan(
      scale.schema.parse({ name: 'frontend-green', replicas }),
      world(kube).plans,
    );
    expect(plan.warnings.join()).toMatch(warning);
  });

  it('leaves the autoscaler of something else alone', async () => {
    const kube = blueServes();
    kube.put(autoscaler({ scaleTargetRef: { kind: 'Deployment', name: 'frontend-blue' } }));
    const plan = await scale.plan(greenToZero, world(kube).plans);
    expect(plan.facts).toContain('no HorizontalPodAutoscaler targets it');
    expect(plan.warnings).toEqual([]);
  });

  it('says when autoscalers are not served, or may not be listed', async () => {
    const unserved = blueServes().unserve({ group: 'autoscaling', resource: 'horizontalpodautoscalers' });
    expect((await scale.plan(greenToZero, world(unserved).plans)).facts).toContain(
      'this cluster serves no HorizontalPodAutoscalers',
    );
    const forbidden = blueServes();
    forbidden.failNext('servedVersion', new PortFailure('may not list autoscalers', { reason: 'forbidden' }));
    expect((await scale.plan(greenToZero, world(forbidden).plans)).warnings.join()).toMatch(
      /could not be checked: may not list autoscalers/,
    );
  });
});

describe('running a scale', () => {
  it('sends it again when only the status moved since it was confirmed', async () => {
    const { kube, plans, runs } = world(blueServes());
    const plan = await scale.plan(greenToZero, plans);
    meddle(kube, 'Deployment', 'frontend-green', (object) => ({
      ...object,
      status: { ...object.status, readyReplicas: 1 },
    }));
    await scale.run?.(plan, runs);
    expect(kube.peek('Deployment', 'frontend-green')?.spec?.replicas).toBe(0);
    expect(kube.writes).toHaveLength(1);
  });

  it('is stale when the spec moved', async () => {
    const { kube, plans, runs } = world(blueServes());
    const plan = await scale.plan(greenToZero, plans);
    kube.put(deployment('frontend-green', { labels: GREEN, replicas: 3, generation: 2 }));
    await expect(scale.run?.(plan, runs)).rejects.toMatchObject({ stale: true });
    expect(kube.writes).toEqual([]);
  });

  it('is stale when traffic came back since it was confirmed', async () => {
    const { kube, plans, runs } = world(blueServes());
    const plan = await scale.plan(greenToZero, plans);
    kube.put(service('frontend-service', GREEN));
    await expect(scale.run?.(plan, runs)).rejects.toMatchObject({
      stale: true,
      message: expect.stringContaining('still serves'),
    });
    expect(kube.writes).toEqual([]);
  });
});

describe('observing a scale', () => {
  it('waits for the controller, and for every pod to be ready', async () => {
    const { kube, plans, runs } = world();
    const plan = await scale.plan(blueToFour, plans);
    await scale.run?.(plan, runs);
    expect(await scale.observe?.(plan, plans)).toMatchObject({ holds: false, summary: '2/4' });
    kube.put(
      deployment('frontend-blue', { labels: BLUE, replicas: 4, generation: 2, observedGeneration: 1 }),
    );
    expect(await scale.observe?.(plan, plans)).toMatchObject({ holds: false });
    kube.put(deployment('frontend-blue', { labels: BLUE, replicas: 4, generation: 2 }));
    expect(await scale.observe?.(plan, plans)).toMatchObject({ holds: true, summary: '4/4' });
  });

  it('takes 0 as reached when the pods left are terminating', async () => {
    const { kube, plans, runs } = world(blueServes());
    const plan = await scale.plan(greenToZero, plans);
    await scale.run?.(plan, runs);
    kube.put(deployment('frontend-green', { labels: GREEN, replicas: 0, generation: 2 }));
    expect(await scale.observe?.(plan, plans)).toMatchObject({ holds: false, summary: '2 left' });
    kube.remove('Pod', 'frontend-green-0');
    kube.put(pod('frontend-green-1', { labels: GREEN, terminating: true }));
    expect(await scale.observe?.(plan, plans)).toMatchObject({
      holds: true,
      evidence: expect.arrayContaining(['0 pods left, 1 terminating']),
    });
  });

  it('gives up when somebody scaled it back', async () => {
    const { kube, plans, runs } = world(blueServes());
    const plan = await scale.plan(greenToZero, plans);
    await scale.run?.(plan, runs);
    kube.put(deployment('frontend-green', { labels: GREEN, replicas: 5, generation: 3 }));
    expect(await scale.observe?.(plan, plans)).toMatchObject({
      hopeless: expect.stringContaining('5 replicas, no longer 0'),
    });
  });
});

describe('undoing a scale', () => {
  it('refuses to take away the pods of a scale-up once they serve', async () => {
    const kube = banking({ blue: [] });
    const { plans } = world(kube);
    const plan = await scale.plan(scale.schema.parse({ name: 'frontend-blue', replicas: 2 }), plans);
    kube.put(deployment('frontend-blue', { labels: BLUE, replicas: 2, generation: 2 }));
    kube.put(pod('frontend-blue-0', { labels: BLUE }));
    kube.put(service('frontend-service', BLUE));
    await expect(scale.undo?.(plan, plans)).rejects.toThrow(/still serves/);
  });

  it('warns when somebody else set other replicas since', async () => {
    const { kube, plans } = world();
    const plan = await scale.plan(blueToFour, plans);
    kube.put(deployment('frontend-blue', { labels: BLUE, replicas: 6, generation: 3 }));
    const back = await scale.undo?.(plan, plans);
    expect(back?.warnings.join()).toMatch(/had set 4 replicas, now it has 6/);
    expect(back?.summary).toBe('deployment/frontend-blue replicas 6 -> 2');
  });
});
