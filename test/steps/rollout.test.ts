import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/ports/json.ts';
import { rollout } from '../../src/steps/kubernetes/rollout.ts';
import { fakePorts } from '../fakes/fake-ports.ts';
import { deployment } from '../fakes/kube-objects.ts';
import { banking, GREEN, meddle, planContext, revisions, runContext } from './banking.ts';

const EXCEEDED = {
  type: 'Progressing',
  status: 'False',
  reason: 'ProgressDeadlineExceeded',
  lastUpdateTime: '2026-11-02T02:50:00Z',
};

/** Green at revision 2, stuck. */
function world(conditions: readonly JsonObject[] = [EXCEEDED]) {
  const kube = banking();
  const stuck = deployment('frontend-green', { labels: GREEN, ready: 0, conditions });
  kube.put({
    ...stuck,
    metadata: { ...stuck.metadata, annotations: { 'deployment.kubernetes.io/revision': '2' } },
  });
  for (const replicaSet of revisions('frontend-green')) kube.put(replicaSet);
  const ports = fakePorts({ kubernetes: kube });
  return { kube, plans: planContext(ports), runs: runContext(ports) };
}

const params = (given: object) => rollout.schema.parse({ name: 'frontend-green', ...given });

describe('watching a rollout', () => {
  it('gives up on one that exceeded its deadline', async () => {
    const { plans } = world();
    const plan = await rollout.plan(params({}), plans);
    expect(plan).toMatchObject({ risk: 'safe', effects: [] });
    expect(await rollout.observe?.(plan, plans)).toMatchObject({
      holds: false,
      hopeless: expect.stringContaining('exceeded its progress deadline'),
      outputs: { ready: 0, desired: 2, revision: 2 },
    });
  });
});

describe('bringing a revision back', () => {
  it('restores the template of the revision before, without the hash of its ReplicaSet', async () => {
    const { kube, plans, runs } = world();
    const plan = await rollout.plan(params({ action: 'undo' }), plans);
    expect(plan.effects[0]?.command).toBe(
      'kubectl rollout undo deployment/frontend-green -n banking-app --to-revision=1',
    );
    await rollout.run?.(plan, runs);
    expect(kube.peek('Deployment', 'frontend-green')?.spec?.template).toEqual({
      metadata: { labels: GREEN },
      spec: { containers: [{ name: 'web', image: 'web:v0' }] },
    });
  });

  it('does not take the verdict on the release before for one on this', async () => {
    const { kube, plans, runs } = world();
    const plan = await rollout.plan(params({ action: 'undo' }), plans);
    await rollout.run?.(plan, runs);
    meddle(kube, 'Deployment', 'frontend-green', (object) => ({
      ...object,
      status: { ...object.status, observedGeneration: object.metadata.generation ?? 0 },
    }));
    expect(await rollout.observe?.(plan, plans)).not.toHaveProperty('hopeless');
    meddle(kube, 'Deployment', 'frontend-green', (object) => ({
      ...object,
      status: { ...object.status, conditions: [{ ...EXCEEDED, lastUpdateTime: '2026-11-02T03:10:00Z' }] },
    }));
    expect(await rollout.observe?.(plan, plans)).toHaveProperty('hopeless');
  });

  it('says which revisions there are when the one asked for is gone', async () => {
    const { plans } = world();
    await expect(rollout.plan(params({ action: 'undo', 'to-revision': 7 }), plans)).rejects.toThrow(
      /no revision 7: its ReplicaSets hold the revisions 2, 1/,
    );
  });

  it('has nothing to do when the template is that one already', async () => {
    const { plans } = world();
    const plan = await rollout.plan(params({ action: 'undo', 'to-revision': 2 }), plans);
    expect(plan).toMatchObject({ alreadyDone: true, effects: [] });
  });

  it('leaves ReplicaSets of another Deployment with the same labels alone', async () => {
    const { kube, plans } = world();
    for (const replicaSet of revisions('frontend-green')) {
      kube.put({ ...replicaSet, metadata: { ...replicaSet.metadata, ownerReferences: [] } });
    }
    await expect(rollout.plan(params({ action: 'undo' }), plans)).rejects.toThrow(/hold the revisions none/);
  });

  it.each(['restart', 'undo'])('refuses to %s what is paused', async (action) => {
    const { kube, plans } = world();
    meddle(kube, 'Deployment', 'frontend-green', (object) => ({
      ...object,
      spec: { ...object.spec, paused: true },
    }));
    await expect(rollout.plan(params({ action }), plans)).rejects.toThrow(/is paused/);
  });

  it('a probe tells the restored template from the one before and from a third', async () => {
    const { kube, plans, runs } = world();
    const plan = await rollout.plan(params({ action: 'undo' }), plans);
    expect(await rollout.probe?.(plan, plans)).toMatchObject({ landed: 'no' });
    await rollout.run?.(plan, runs);
    expect(await rollout.probe?.(plan, plans)).toMatchObject({ landed: 'yes' });
    meddle(kube, 'Deployment', 'frontend-green', (object) => ({
      ...object,
      spec: { ...object.spec, template: {} },
    }));
    expect(await rollout.probe?.(plan, plans)).toMatchObject({ landed: 'unknown' });
  });
});

describe('restarting', () => {
  it('stamps the template with the time of the plan, and is found again by it', async () => {
    const { kube, plans, runs } = world();
    const plan = await rollout.plan(params({ action: 'restart' }), plans);
    expect(await rollout.probe?.(plan, plans)).toMatchObject({ landed: 'no' });
    await rollout.run?.(plan, runs);
    expect(kube.writes[0]?.patch).toMatchObject({
      spec: {
        template: {
          metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-11-02T03:00:00.000Z' } },
        },
      },
    });
    expect(await rollout.probe?.(plan, plans)).toMatchObject({ landed: 'yes' });
  });
});
