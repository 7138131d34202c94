import { describe, expect, test } from 'vitest';
import { authorize } from '../../../src/sandbox/kubernetes/rbac.ts';
import type { RequestAttributes } from '../../../src/sandbox/kubernetes/world-interfaces.ts';
import { condition, isReady, testWorld } from './test-world.ts';

const BLUE = { 'frontend-service': 'frontend-blue', 'backend-service': 'backend-blue' };

function switchToBlue(world: ReturnType<typeof testWorld>): void {
  for (const [service, app] of Object.entries(BLUE)) world.select(service, { app, color: 'blue' });
  world.clock.advance(100);
}

describe('the banking app', () => {
  test('begins with green failing and blue well', () => {
    const world = testWorld({ preset: 'banking-app' });
    for (const tier of ['frontend', 'backend']) {
      expect(world.pods(`${tier}-green`).filter(isReady)).toEqual([]);
      expect(world.pods(`${tier}-blue`).filter(isReady)).toHaveLength(3);
      expect(world.endpoints(`${tier}-service`)).toEqual([]);
      expect(condition(world.deployment(`${tier}-green`), 'Available')?.status).toBe('False');
      expect(world.sets(`${tier}-green`)).toHaveLength(2);
    }
    expect(world.events('Unhealthy')[0]?.count).toBeGreaterThan(50);
    expect(world.events('BackOff').length).toBe(3);
  });

  test('serves again once both services select blue', () => {
    const world = testWorld({ preset: 'banking-app' });
    switchToBlue(world);
    for (const [service, app] of Object.entries(BLUE)) {
      const addresses = world.pods(app).map((pod) => pod.status.podIP);
      expect(world.endpoints(service)).toEqual(addresses.sort());
    }
  });

  test('loses all endpoints when only half of the selector is changed', () => {
    const world = testWorld({ preset: 'banking-app' });
    world.select('frontend-service', { app: 'frontend-blue', color: 'green' });
    world.clock.advance(100);
    expect(world.endpoints('frontend-service')).toEqual([]);
  });

  test('is well when green is rolled back to a version that works', () => {
    const world = testWorld({ preset: 'banking-app' });
    world.setImage('backend-green', 'registry.example.com/banking/backend:1.8.1');
    world.seconds(30);
    expect(world.endpoints('backend-service')).toHaveLength(3);
  });

  test('with blue at nothing gets ready when it is scaled up', () => {
    const world = testWorld({ preset: 'banking-app', replicas: { 'frontend-blue': 0 } });
    expect(world.pods('frontend-blue')).toEqual([]);
    world.scale('frontend-blue', 3);
    world.seconds(3);
    expect(world.pods('frontend-blue').filter(isReady)).toHaveLength(3);
  });

  test('with a bad configuration of blue never does', () => {
    const world = testWorld({
      preset: 'banking-app',
      replicas: { 'frontend-blue': 0 },
      applications: { 'frontend-blue': { health: 503 } },
    });
    world.scale('frontend-blue', 3);
    world.seconds(120);
    expect(world.pods('frontend-blue').filter(isReady)).toEqual([]);
  });

  test('lives faster in a faster world', () => {
    const world = testWorld({ preset: 'banking-app', timeScale: 10, replicas: { 'frontend-blue': 0 } });
    world.scale('frontend-blue', 3);
    world.clock.advance(300);
    expect(world.pods('frontend-blue').filter(isReady)).toHaveLength(3);
  });

  test('can have ten thousand pods more', () => {
    const world = testWorld({ preset: 'banking-app', extraPods: 10_000, prometheus: false });
    expect(world.pods('bulk')).toHaveLength(10_000);
    const before = world.store.revision;
    world.seconds(1);
    expect(world.pods('bulk').every(isReady)).toBe(true);
    // Only green's failing probes write.
    expect(world.store.revision - before).toBeLessThan(20);
  });
});

describe("faults on the second Service's switch", () => {
  const patch = { verb: 'patch', resource: 'services', name: 'backend-service', dryRun: false };
  const request: RequestAttributes = { ...patch, user: 'operator', group: '', namespace: 'banking-app' };
  const world = () =>
    testWorld({
      preset: 'banking-app',
      faults: [
        {
          id: 'edited meanwhile',
          when: { request: patch },
          actions: [
            {
              do: 'edit',
              resource: 'services',
              name: 'backend-service',
              patch: { spec: { sessionAffinity: 'ClientIP' } },
            },
            { do: 'respond', code: 409 },
          ],
        },
        {
          id: 'permission withdrawn',
          when: { request: { ...patch, nth: 2 } },
          actions: [
            { do: 'withdraw-permission', user: 'operator', verbs: ['patch', 'update'], resource: 'services' },
          ],
        },
      ],
    });
  const may = ({ store }: ReturnType<typeof testWorld>, verb: string, resource = 'services') =>
    authorize(store, { name: 'operator', token: '' }, { verb, group: '', resource, namespace: 'banking-app' })
      .allowed;

  test('leave dry-runs and the other Service alone', () => {
    const { world: running } = world();
    expect(running.faults.intercept({ ...request, dryRun: true })).toBeUndefined();
    expect(running.faults.intercept({ ...request, name: 'frontend-service' })).toBeUndefined();
    expect(running.firedFaults()).toEqual([]);
  });

  test('are first a conflict that is true, then a permission that is gone', () => {
    const running = world();
    const before = running.service('backend-service').metadata.resourceVersion;
    expect(running.world.faults.intercept(request)).toMatchObject({
      respond: { code: 409, reason: 'Conflict' },
    });
    const edited = running.service('backend-service');
    expect(edited.metadata.resourceVersion).not.toBe(before);
    expect(edited.spec.sessionAffinity).toBe('ClientIP');
    expect(edited.metadata.managedFields).toContainEqual(
      expect.objectContaining({
        manager: 'kubectl-edit',
        fieldsV1: { 'f:spec': { 'f:sessionAffinity': {} } },
      }),
    );
    expect(may(running, 'patch')).toBe(true);

    expect(running.world.faults.intercept(request)).toBeUndefined();
    expect(['patch', 'get'].map((verb) => may(running, verb))).toEqual([false, true]);
    expect(may(running, 'list', 'pods')).toBe(true);
    expect(running.world.firedFaults().map(({ id, request: by }) => [id, by])).toEqual([
      ['edited meanwhile', 'patch services/backend-service by operator'],
      ['permission withdrawn', 'patch services/backend-service by operator'],
    ]);
  });
});
