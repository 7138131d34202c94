import { describe, expect, test } from 'vitest';
import { readWorldSpec } from '../../../src/sandbox/world/spec.ts';
import { WorldSpecError } from '../../../src/sandbox/world/spec-error.ts';

function problems(input: unknown): readonly string[] {
  try {
    readWorldSpec(input);
  } catch (error) {
    if (error instanceof WorldSpecError) return error.problems;
    throw error;
  }
  return [];
}

describe("a world's description", () => {
  test('of a preset alone is complete', () => {
    const spec = readWorldSpec({ preset: 'banking-app' });
    expect(spec.namespace).toBe('banking-app');
    expect(spec.deployments.map(({ name }) => name)).toEqual([
      'frontend-blue',
      'frontend-green',
      'backend-blue',
      'backend-green',
      'postgres',
    ]);
    expect(spec.services.find(({ name }) => name === 'backend-service')?.selector).toEqual({
      app: 'backend-green',
      color: 'green',
    });
  });

  test('may switch parts of a preset', () => {
    const spec = readWorldSpec({
      preset: 'banking-app',
      replicas: { 'frontend-blue': 0 },
      services: { 'backend-service': { selector: { app: 'backend-blue', color: 'blue' } } },
      extraPods: 12,
    });
    const replicas = Object.fromEntries(spec.deployments.map((item) => [item.name, item.replicas]));
    expect(replicas).toMatchObject({ 'frontend-blue': 0, 'backend-blue': 3, bulk: 12 });
    expect(spec.services[1]?.selector).toEqual({ app: 'backend-blue', color: 'blue' });
  });

  test('of KAS Fleet Manager has two namespaces, and the operator only looks', () => {
    const spec = readWorldSpec({ preset: 'kas-fleet-manager', release: { migration: 'blocking' } });
    expect(spec).toMatchObject({
      namespace: 'managed-services-production',
      namespaces: ['managed-services-production', 'managed-services-stage'],
      operator: 'reads',
      kas: { bad: 'production', release: { migration: 'blocking', migrationPath: 'kafka', files: 0 } },
    });
    expect(readWorldSpec({ preset: 'kas-fleet-manager', bad: 'stage' }).namespace).toBe(
      'managed-services-stage',
    );
    expect(spec.kas?.bot).toMatchObject({ approvers: 'answer' });
  });

  test.each([
    ['an unknown switch of KAS', { preset: 'kas-fleet-manager', relase: {} }, /relase/],
    ['a migration that is none', { preset: 'kas-fleet-manager', release: { migration: 'odd' } }, /migration/],
    [
      'a fault on a deployment that KAS has not',
      {
        preset: 'kas-fleet-manager',
        faults: [{ id: 'f', when: { after: 1 }, actions: [{ do: 'kill-pods', deployment: 'x' }] }],
      },
      /"x".*kas-fleet-manager/,
    ],
    ['a preset that is not there', { preset: 'shop' }, /preset/],
    ['an unknown switch', { preset: 'banking-app', replcas: {} }, /replcas/],
    ['too many pods', { preset: 'banking-app', extraPods: 1e6 }, /extraPods/],
    [
      'a fault without an action',
      { preset: 'banking-app', faults: [{ id: 'f', when: { after: 1 }, actions: [] }] },
      /faults\.0\.actions/,
    ],
    [
      'replicas of no deployment',
      { preset: 'banking-app', replicas: { 'frontend-bleu': 0 } },
      /frontend-bleu.*frontend-blue/,
    ],
    ['a switch of no service', { preset: 'banking-app', services: { frontend: {} } }, /"frontend"/],
    [
      'a behaviour of no deployment',
      { preset: 'banking-app', applications: { web: { health: 500 } } },
      /"web"/,
    ],
    [
      'a fault on no deployment',
      {
        preset: 'banking-app',
        faults: [{ id: 'f', when: { after: 1 }, actions: [{ do: 'kill-pods', deployment: 'x' }] }],
      },
      /"x"/,
    ],
    ['nothing', null, /world/],
  ])('with %s is refused with a sentence', (_what, input, expected) => {
    expect(problems(input).join('\n')).toMatch(expected);
  });
});
