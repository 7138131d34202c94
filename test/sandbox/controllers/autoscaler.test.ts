import { describe, expect, test } from 'vitest';
import { AUTOSCALERS } from '../../../src/sandbox/kubernetes/controllers/keys.ts';
import { condition, NAMESPACE, SMALL, testWorld } from '../world/test-world.ts';

function scaled(autoscaler: Record<string, unknown>) {
  const world = testWorld({ ...SMALL, autoscalers: [{ deployment: 'web', min: 2, max: 5, ...autoscaler }] });
  const current = () => {
    const found = world.store.get(AUTOSCALERS, NAMESPACE, 'web');
    if (found === undefined) throw new Error('there is no autoscaler');
    return found;
  };
  return { ...world, current };
}

describe('an autoscaler', () => {
  test('fights a size that the load does not want', () => {
    const world = scaled({ holds: 4 });
    world.seconds(10);
    expect(world.deployment('web').spec.replicas).toBe(4);
    world.scale('web', 1);
    world.seconds(10);
    expect(world.deployment('web').spec.replicas).toBe(4);
    expect(world.events('SuccessfulRescale')[0]).toMatchObject({
      count: 2,
      message: 'New size: 4; reason: cpu resource utilization (percentage of request) above target',
    });
  });

  test('without an opinion only keeps its bounds', () => {
    const world = scaled({});
    world.scale('web', 9);
    world.seconds(10);
    expect(world.deployment('web').spec.replicas).toBe(5);
    world.scale('web', 1);
    world.seconds(10);
    expect(world.deployment('web').spec.replicas).toBe(2);
  });

  test('lets go at zero', () => {
    const world = scaled({ holds: 4 });
    world.scale('web', 0);
    world.seconds(20);
    expect(world.deployment('web').spec.replicas).toBe(0);
    expect(condition(world.current(), 'ScalingActive')).toMatchObject({
      status: 'False',
      reason: 'ScalingDisabled',
    });
  });
});
