import fc from 'fast-check';
import rfc6902 from 'rfc6902';
import { describe, expect, it } from 'vitest';
import { PortFailure } from '../../src/ports/failure.ts';
import type { JsonObject } from '../../src/ports/json.ts';
import { changedFields, changeLines, restoring } from '../../src/steps/kubernetes/changed-fields.ts';
import { patch } from '../../src/steps/kubernetes/patch.ts';
import { fakePorts } from '../fakes/fake-ports.ts';
import { banking, meddle, planContext, runContext } from './banking.ts';

function world(kube = banking()) {
  const ports = fakePorts({ kubernetes: kube });
  return { kube, plans: planContext(ports), runs: runContext(ports) };
}

const pauseBlue = patch.schema.parse({
  resource: 'deployments',
  name: 'frontend-blue',
  patch: { metadata: { annotations: { 'example.com/by': 'me' } }, spec: { paused: true } },
});

describe('planning a patch', () => {
  it('shows exactly the fields that the rehearsal changed', async () => {
    const plan = await patch.plan(pauseBlue, world().plans);
    expect(plan.summary).toBe('patch deployment/frontend-blue: 2 fields');
    expect(plan.effects[0]?.diff).toEqual([
      { change: 'same', text: 'metadata.annotations' },
      { change: 'added', text: '{' },
      { change: 'added', text: '  "example.com/by": "me"' },
      { change: 'added', text: '}' },
      { change: 'same', text: 'spec.paused' },
      { change: 'added', text: 'true' },
    ]);
  });

  it('adds uid and resourceVersion to a merge patch, and keeps what it says of metadata', async () => {
    const { kube, plans, runs } = world();
    await patch.run?.(await patch.plan(pauseBlue, plans), runs);
    expect(kube.writes[0]?.patch).toEqual({
      metadata: {
        uid: 'uid-frontend-blue',
        resourceVersion: expect.any(String),
        annotations: { 'example.com/by': 'me' },
      },
      spec: { paused: true },
    });
  });

  it('is dangerous where the server would not rehearse, since there is no way back then', async () => {
    const { kube, plans } = world();
    kube.failNext(
      'dryRunPatch',
      new PortFailure('a webhook does not support dry run', { reason: 'invalid', status: 400 }),
    );
    const plan = await patch.plan(pauseBlue, plans);
    expect(plan).toMatchObject({ risk: 'dangerous', confirmWord: 'frontend-blue' });
    expect(plan.undo).toBeUndefined();
    await expect(patch.undo?.(plan, plans)).rejects.toThrow(/not known/);
  });

  it('warns of a field that the server drops', async () => {
    const { kube, plans } = world();
    const object = kube.peek('Deployment', 'frontend-blue');
    if (object === undefined) throw new Error('no deployment');
    kube.dryRunPatch = async () => object;
    const plan = await patch.plan(pauseBlue, plans);
    expect(plan.alreadyDone).toBe(true);
    expect(plan.warnings.join()).toContain('ignores /spec/paused');
  });

  it.each([
    ['a map for type json', { type: 'json', patch: { spec: {} } }],
    ['a list for type merge', { patch: [{ op: 'remove', path: '/spec/paused' }] }],
    ['a Secret', { resource: 'secrets', patch: { data: {} } }],
    ['a resource it cannot place', { resource: 'widgets', patch: { spec: {} } }],
  ])('refuses %s', (_, params) => {
    expect(patch.schema.safeParse({ resource: 'deployments', name: 'x', ...params }).success).toBe(false);
  });
});

describe('after a patch', () => {
  it('a probe tells yes, no and partly', async () => {
    const { kube, plans, runs } = world();
    const plan = await patch.plan(pauseBlue, plans);
    expect(await patch.probe?.(plan, plans)).toMatchObject({ landed: 'no' });
    await patch.run?.(plan, runs);
    expect(await patch.probe?.(plan, plans)).toMatchObject({ landed: 'yes' });
    meddle(kube, 'Deployment', 'frontend-blue', (object) => ({
      ...object,
      spec: { ...object.spec, paused: false },
    }));
    expect(await patch.probe?.(plan, plans)).toMatchObject({ landed: 'partly' });
  });

  it('is observed only once its controller has seen it', async () => {
    const { kube, plans, runs } = world();
    const plan = await patch.plan(pauseBlue, plans);
    await patch.run?.(plan, runs);
    expect(await patch.observe?.(plan, plans)).toMatchObject({
      holds: false,
      summary: 'not seen by its controller yet',
    });
    meddle(kube, 'Deployment', 'frontend-blue', (object) => ({
      ...object,
      status: { ...object.status, observedGeneration: 2 },
    }));
    expect(await patch.observe?.(plan, plans)).toMatchObject({ holds: true });
  });

  it('undo says what somebody else changed since', async () => {
    const { kube, plans, runs } = world();
    const plan = await patch.plan(pauseBlue, plans);
    await patch.run?.(plan, runs);
    meddle(kube, 'Deployment', 'frontend-blue', (object) => ({
      ...object,
      spec: { ...object.spec, paused: 'odd' },
    }));
    const back = await patch.undo?.(plan, plans);
    expect(back?.warnings.join()).toMatch(
      /Somebody else changed deployment\/frontend-blue since.*\/spec\/paused/,
    );
  });
});

const leaf = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.integer(), { maxLength: 3 }),
);
const names = fc.constantFrom('a', 'b', 'c/d', '~e', 'f');
const objects: fc.Arbitrary<JsonObject> = fc.letrec<{ object: JsonObject }>((tie) => ({
  object: fc.dictionary(names, fc.oneof({ depthSize: 'small' }, leaf, tie('object')), {
    noNullPrototype: true,
  }),
})).object;

describe('changed fields', () => {
  it('restore any object from any other by what differed', () => {
    fc.assert(
      fc.property(objects, objects, (before, after) => {
        const copy = structuredClone(after);
        const problems = rfc6902.applyPatch(
          copy,
          JSON.parse(JSON.stringify(restoring(changedFields(before, after), after))),
        );
        expect(problems.filter((problem) => problem !== null)).toEqual([]);
        expect(copy).toEqual(before);
      }),
    );
  });

  it('are none for an equal object, whatever the server keeps for itself', () => {
    const of = (resourceVersion: string) => ({
      metadata: {
        name: 'x',
        resourceVersion,
        generation: Number(resourceVersion),
        managedFields: [resourceVersion],
      },
      status: { resourceVersion },
    });
    expect(changedFields(of('1'), of('2'))).toEqual([]);
  });

  it('are shown with their surroundings alone', () => {
    const list = (image: string) => [{ name: 'web', image, args: ['a', 'b', 'c', 'd', 'e', 'f'] }];
    const lines = changeLines([{ path: '/spec/containers', before: list('web:v1'), after: list('web:v2') }]);
    expect(lines.filter(({ change }) => change !== 'same').map(({ text }) => text.trim())).toEqual([
      '"image": "web:v1",',
      '"image": "web:v2",',
    ]);
    expect(lines.length).toBeLessThan(9);
  });
});
