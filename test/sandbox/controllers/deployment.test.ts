import { describe, expect, test } from 'vitest';
import { DEPLOYMENTS } from '../../../src/sandbox/kubernetes/controllers/keys.ts';
import { condition, NAMESPACE, SMALL, testWorld } from '../world/test-world.ts';

const REVISION = 'deployment.kubernetes.io/revision';

function revisions(world: ReturnType<typeof testWorld>): Record<string, number> {
  return Object.fromEntries(
    world.sets('web').map((set) => [set.metadata.annotations?.[REVISION] ?? '', set.spec.replicas]),
  );
}

describe('a Deployment', () => {
  test('that is as it should be is left alone', () => {
    const world = testWorld(SMALL);
    const before = world.store.revision;
    world.seconds(3600);
    expect(world.store.revision).toBe(before);
  });

  test('rolls a new template out and keeps the old revision', () => {
    const world = testWorld(SMALL);
    world.setImage('web', 'example.com/web:2.0');
    world.seconds(20);
    const deployment = world.deployment('web');
    expect(deployment.metadata.annotations?.[REVISION]).toBe('2');
    expect(revisions(world)).toEqual({ 1: 0, 2: 3 });
    expect(deployment.status).toMatchObject({
      observedGeneration: deployment.metadata.generation,
      replicas: 3,
      updatedReplicas: 3,
      availableReplicas: 3,
    });
    expect(deployment.status.unavailableReplicas).toBeUndefined();
    expect(condition(deployment, 'Progressing')).toMatchObject({
      status: 'True',
      reason: 'NewReplicaSetAvailable',
      message: `ReplicaSet "${world.sets('web').find((set) => set.spec.replicas === 3)?.metadata.name}" has successfully progressed.`,
    });
    expect(world.pods().map((pod) => pod.spec.containers[0].image)).toEqual(
      Array(3).fill('example.com/web:2.0'),
    );
  });

  test('rolled back to an earlier template gives its replica set the next revision', () => {
    const world = testWorld(SMALL);
    world.setImage('web', 'example.com/web:2.0');
    world.seconds(20);
    world.setImage('web', 'example.com/web:1.0');
    world.seconds(20);
    expect(revisions(world)).toEqual({ 2: 0, 3: 3 });
    expect(world.deployment('web').metadata.annotations?.[REVISION]).toBe('3');
  });

  test('never has more pods than replicas + maxSurge while it rolls', () => {
    const world = testWorld(SMALL);
    let most = 0;
    world.store.subscribe(() => {
      const alive = world.pods().filter((pod) => pod.metadata.deletionTimestamp === undefined);
      most = Math.max(most, alive.length);
    });
    world.setImage('web', 'example.com/web:2.0');
    world.seconds(20);
    expect(most).toBe(4);
  });

  test('whose new pods never get ready keeps the old ones and says so after its deadline', () => {
    const world = testWorld({
      ...SMALL,
      applications: [{ deployment: 'web', version: '2.0', health: 503 }],
    });
    world.setImage('web', 'example.com/web:2.0');
    world.seconds(30);
    expect(revisions(world)).toEqual({ 1: 3, 2: 1 });
    expect(condition(world.deployment('web'), 'Available')?.status).toBe('True');
    expect(condition(world.deployment('web'), 'Progressing')).toMatchObject({ status: 'True' });
    world.seconds(600);
    expect(condition(world.deployment('web'), 'Progressing')).toMatchObject({
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
    });
  });

  test('scaled to nothing and back keeps its template and revision', () => {
    const world = testWorld(SMALL);
    world.scale('web', 0);
    world.seconds(5);
    expect(world.pods()).toEqual([]);
    expect(world.deployment('web').status.replicas).toBeUndefined();
    world.scale('web', 2);
    world.seconds(5);
    expect(world.deployment('web').status).toMatchObject({ readyReplicas: 2, availableReplicas: 2 });
    expect(revisions(world)).toEqual({ 1: 2 });
    const messages = world.events('ScalingReplicaSet').map((event) => event.message);
    const [set] = world.sets('web');
    expect(messages.sort()).toEqual([
      `Scaled down replica set ${set?.metadata.name} from 3 to 0`,
      `Scaled up replica set ${set?.metadata.name} from 0 to 2`,
    ]);
  });

  test('that is paused takes no new template, but a new size', () => {
    const world = testWorld(SMALL);
    const pause = (paused: boolean) =>
      world.store.mutate(DEPLOYMENTS, NAMESPACE, 'web', (draft) => {
        draft.spec.paused = paused;
      });
    pause(true);
    world.setImage('web', 'example.com/web:2.0');
    world.scale('web', 4);
    world.seconds(10);
    expect(revisions(world)).toEqual({ 1: 4 });
    expect(condition(world.deployment('web'), 'Progressing')?.reason).toBe('DeploymentPaused');
    pause(false);
    world.seconds(20);
    expect(revisions(world)).toEqual({ 1: 0, 2: 4 });
    expect(condition(world.deployment('web'), 'Progressing')?.reason).toBe('NewReplicaSetAvailable');
  });

  test('that recreates stops all old pods before the first new one', () => {
    const world = testWorld(SMALL);
    world.store.mutate(DEPLOYMENTS, NAMESPACE, 'web', (draft) => {
      draft.spec.strategy = { type: 'Recreate' };
    });
    const mixed: string[][] = [];
    world.store.subscribe(() => {
      const alive = world.pods().filter((pod) => pod.metadata.deletionTimestamp === undefined);
      mixed.push([...new Set(alive.map((pod) => pod.spec.containers[0].image as string))]);
    });
    world.setImage('web', 'example.com/web:2.0');
    world.seconds(20);
    expect(mixed.filter((images) => images.length > 1)).toEqual([]);
    expect(revisions(world)).toEqual({ 1: 0, 2: 3 });
  });

  test('forgets revisions beyond its limit', () => {
    const world = testWorld(SMALL);
    world.store.mutate(DEPLOYMENTS, NAMESPACE, 'web', (draft) => {
      draft.spec.revisionHistoryLimit = 1;
    });
    for (const version of ['2.0', '3.0', '4.0']) {
      world.setImage('web', `example.com/web:${version}`);
      world.seconds(20);
    }
    expect(revisions(world)).toEqual({ 3: 0, 4: 3 });
  });

  test('that is deleted takes its replica sets and pods along', () => {
    const world = testWorld(SMALL);
    world.store.remove(DEPLOYMENTS, NAMESPACE, 'web');
    world.seconds(5);
    expect([world.sets('web'), world.pods()]).toEqual([[], []]);
    expect(world.endpoints('web')).toEqual([]);
  });
});
