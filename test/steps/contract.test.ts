import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { KubeObject, PatchRequest } from '../../src/ports/kubernetes.ts';
import { shellLine } from '../../src/prose/shell-quote.ts';
import { stepKinds } from '../../src/steps/index.ts';
import type { Plan, StepKind } from '../../src/steps/step-kind.ts';
import type { FakeKubernetes } from '../fakes/fake-kubernetes.ts';
import { planContext, runContext } from './banking.ts';
import { hanging } from './hanging.ts';
import { planned, type SampleWorld, samples, sampleWorld } from './samples.ts';

const each = planned.map((sample) => [sample.title, sample] as const);

describe('the registry', () => {
  it('gives every kind a name of its own', () => {
    expect(new Set(stepKinds.map(({ kind }) => kind)).size).toBe(stepKinds.length);
  });

  it.each(stepKinds.map((kind) => [kind.kind, kind] as const))('%s can be documented', (_, kind) => {
    expect(kind.description).toMatch(/^[A-Z].*\.$/s);
    const schema = z.toJSONSchema(kind.schema, { io: 'input' });
    expect(undescribed(schema, '')).toEqual([]);
    expect(schema.additionalProperties).toBe(false);
  });

  it.each(stepKinds.map((kind) => [kind.kind, kind] as const))(
    '%s refuses a parameter it does not know',
    (_, kind) => {
      const sample = samples.find((one) => one.kind === kind);
      expect(kind.schema.safeParse({ ...Object(sample?.params), 'no-such-parameter': 1 }).success).toBe(
        false,
      );
    },
  );

  it.each(samples.map((sample) => [sample.title, sample] as const))(
    '%s says what it does from its parameters alone',
    (_, { kind, params }) => {
      expect(kind.describe(params)).toMatch(/\S/);
      expect(kind.describe(params)).not.toMatch(/undefined|\[object|\n/);
    },
  );
});

describe('a plan', () => {
  it.each(each)('of %s is plain JSON', async (_, { kind, params }) => {
    const plan = await kind.plan(params, planContext(sampleWorld().ports));
    expect(JSON.parse(JSON.stringify(plan))).toStrictEqual(plan);
    expect(JSON.stringify(plan)).not.toMatch(/undefined|\[object Object\]/);
  });

  it.each(each)('of %s writes nothing', async (_, { kind, params }) => {
    const world = sampleWorld();
    await kind.plan(params, planContext(world.ports));
    expect(written(world)).toEqual([]);
  });

  it.each(each)(
    'of %s carries at least the risk of its kind, and a safe one has no effects',
    async (_, { kind, params }) => {
      const plan = await kind.plan(params, planContext(sampleWorld().ports));
      if (plan.risk === 'safe') expect(plan.effects).toEqual([]);
      if (plan.risk === 'dangerous') expect(plan.confirmWord).toMatch(/\S/);
      if (kind.risk !== 'safe' && !plan.alreadyDone) expect(plan.risk).not.toBe('safe');
    },
  );

  it.each(each)('of %s can be undone, or says that it cannot', async (_, { kind, params }) => {
    const plan = await kind.plan(params, planContext(sampleWorld().ports));
    if (plan.effects.length === 0) return;
    if (plan.undo === undefined) expect(plan.warnings.join(' ')).toMatch(/cannot be undone/);
    else expect(kind.undo).toBeTypeOf('function');
    expect(kind.probe).toBeTypeOf('function');
  });
});

describe('running', () => {
  it.each(each)('%s performs what was planned, and nothing else', async (_, { kind, params }) => {
    const world = sampleWorld();
    const plan = await kind.plan(params, planContext(world.ports));
    await kind.run?.(throughJournal(plan), runContext(world.ports));
    const effects = plan.effects.filter(({ verb }) => verb !== 'run' && verb !== 'exec');
    if (kind.notifies) expect(world.messages.sent).toHaveLength(effects.length);
    else if (kind.kind.startsWith('gitlab/')) expect(world.gitlab.writes).toHaveLength(effects.length);
    else
      expect(writesOf(world.kube)).toEqual(
        effects.map(({ verb, target, namespace }) => ({ verb, target, namespace })),
      );
    const announced = [...plan.effects.map(({ command }) => command), ...plan.facts].join('\n');
    for (const { argv } of world.processes.runs) expect(announced).toContain(shellLine(argv));
  });

  it.each(each)('%s ends at once when it is aborted, having written nothing', async (_, { kind, params }) => {
    const world = sampleWorld();
    const ports = hanging(world.ports);
    const plan = await kind.plan(params, planContext(world.ports));
    const stop = new AbortController();
    const context = { ...runContext(world.ports, stop.signal), ports };
    const phases = [
      /^(kubernetes|gitlab)\/(?!changes|merge-request-of)/.test(kind.kind)
        ? kind.plan(params, { ports, signal: stop.signal, namespace: 'banking-app' })
        : undefined,
      plan.effects.length === 0 ? undefined : kind.run?.(plan, context),
      kind.observe?.(plan, { ports, signal: stop.signal, namespace: 'banking-app' }),
    ];
    const ends = Promise.allSettled(phases.filter((phase) => phase !== undefined));
    stop.abort(new Error('stopped by the operator'));
    for (const end of await ends) expect(end).toMatchObject({ status: 'rejected' });
    expect(written(world)).toEqual([]);
  });

  it.each(each)('%s leaves a plan that a journal gives back', async (_, { kind, params }) => {
    const world = sampleWorld();
    const plan = throughJournal(await kind.plan(params, planContext(world.ports)));
    const seen = await kind.observe?.(plan, planContext(world.ports));
    expect(JSON.parse(JSON.stringify(seen ?? null))).toStrictEqual(seen ?? null);
    if (plan.effects.length > 0)
      expect(await kind.probe?.(plan, planContext(world.ports))).toHaveProperty('landed');
    expect(written(world)).toEqual([]);
  });

  it.each(each)('%s gives the outputs that it names', async (_, { kind, params }) => {
    const world = sampleWorld();
    const plan = await kind.plan(params, planContext(world.ports));
    const ran = await kind.run?.(plan, runContext(world.ports));
    const seen = await kind.observe?.(plan, planContext(world.ports));
    if (plan.question !== undefined || kind.outputs === 'any') return;
    const given = Object.keys({ ...ran?.outputs, ...seen?.outputs }).sort();
    expect(given).toEqual(Object.keys(kind.outputs).sort());
  });
});

describe('undoing', () => {
  const undoable = each.filter(
    // what a program of the runbook does is not to be seen in the objects
    ([, { kind }]) =>
      kind.undo !== undefined && kind.kind.startsWith('kubernetes/') && kind.kind !== 'kubernetes/exec',
  );

  it.each(undoable)('%s puts the cluster back as it was', async (_, { kind, params }) => {
    const world = sampleWorld();
    const context = planContext(world.ports);
    const plan = await kind.plan(params, context);
    if (plan.undo === undefined) return;
    const before = specs(world.kube);
    await kind.run?.(plan, runContext(world.ports));
    expect(specs(world.kube)).not.toEqual(before);
    const back = await required(kind, plan, world);
    expect(back.effects).toHaveLength(1);
    await kind.run?.(throughJournal(back), runContext(world.ports));
    expect(specs(world.kube)).toEqual(before);
  });

  it.each(undoable)(
    '%s has nothing to do when the way back was gone already',
    async (_, { kind, params }) => {
      const world = sampleWorld();
      const plan = await kind.plan(params, planContext(world.ports));
      if (plan.undo === undefined) return;
      expect(await required(kind, plan, world)).toMatchObject({ alreadyDone: true, effects: [] });
    },
  );
});

async function required(kind: StepKind, plan: Plan, world: SampleWorld): Promise<Plan> {
  const back = await kind.undo?.(throughJournal(plan), planContext(world.ports));
  if (back === undefined) throw new Error(`${kind.kind} has no undo`);
  return back;
}

function throughJournal(plan: Plan): Plan {
  const read: Plan = JSON.parse(JSON.stringify(plan));
  return read;
}

function written({ kube, gitlab, messages, processes }: SampleWorld): readonly unknown[] {
  return [
    ...kube.calls.filter(({ operation }) => operation === 'patch' || operation === 'exec'),
    ...gitlab.writes,
    ...messages.sent,
    ...processes.runs,
  ];
}

function writesOf({ writes, applied, deleted }: FakeKubernetes): readonly unknown[] {
  return [
    ...writes.map(targetOf),
    ...applied.map(({ object: { kind = '', metadata } }) => ({
      verb: 'apply',
      target: `${kind.toLowerCase()}/${metadata.name}`,
      namespace: metadata.namespace,
    })),
    ...deleted.map(({ target }) => ({
      verb: 'delete',
      target: `${SINGULAR[target.resource]}/${target.name}`,
      namespace: target.namespace,
    })),
  ];
}

const SINGULAR: Readonly<Record<string, string>> = { services: 'service', deployments: 'deployment' };

function targetOf({ target }: PatchRequest) {
  return {
    verb: target.subresource === 'scale' ? 'scale' : 'patch',
    target: `${SINGULAR[target.resource]}/${target.name}`,
    namespace: target.namespace,
  };
}

function specs(kube: FakeKubernetes): readonly unknown[] {
  const objects = [
    kube.peek('Service', 'frontend-service'),
    kube.peek('Deployment', 'frontend-blue'),
    kube.peek('Deployment', 'frontend-green'),
  ];
  return objects.map((object: KubeObject | undefined) => [object?.metadata.labels, object?.spec]);
}

interface SchemaNode {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly items?: unknown;
}

function undescribed(schema: unknown, path: string): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {}, items }: SchemaNode = schema;
  return [
    ...Object.entries(properties).flatMap(([name, property]) => {
      const described = typeof property === 'object' && property !== null && 'description' in property;
      return [...(described ? [] : [`${path}/${name}`]), ...undescribed(property, `${path}/${name}`)];
    }),
    ...undescribed(items, `${path}[]`),
  ];
}
