import { describe, expect, it } from 'vitest';
import { PortFailure } from '../../src/ports/failure.ts';
import type { JsonObject } from '../../src/ports/json.ts';
import { applying } from './applying.ts';

const APPLY = 'kubernetes/apply';
const DIFF = 'kubernetes/diff';

function web(container: object, more: object = {}) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'app', ports: [{ containerPort: 8080 }], ...container }] },
      },
      ...more,
    },
  };
}

const service = (selector: JsonObject) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { selector, ports: [{ port: 80, targetPort: 8080 }] },
});
const config = (data: object, name = 'flags') => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});
const file = (...objects: readonly object[]) =>
  objects.map((object) => JSON.stringify(object)).join('\n---\n');
const image = (object: { spec: { template: { spec: { containers: { image: string }[] } } } }) =>
  object.spec.template.spec.containers[0]?.image;

/** The good commit, and a bad one that is what the cluster has. */
async function broken() {
  const world = await applying();
  const good = world.git.commit('Good', {
    'k8s/web.yaml': file(
      web({
        image: 'web:1',
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
      }),
    ),
    'k8s/config.yaml': file(config({ LIMIT: '100' })),
  });
  const bad = [
    web({
      image: 'web:2',
      env: [
        { name: 'A', value: '1' },
        { name: 'C', value: '3' },
      ],
      command: ['serve', '--fast'],
    }),
    config({ LIMIT: '100', EXTRA: 'yes' }),
  ];
  world.git.commit('Bad', {
    'k8s/web.yaml': file(...bad.slice(0, 1)),
    'k8s/config.yaml': file(...bad.slice(1)),
  });
  for (const object of bad) await world.applied(object);
  return { ...world, good };
}

describe('kubernetes/apply after kubectl apply', () => {
  it('takes away what the newer manifests had added, and nothing that was defaulted', async () => {
    const { plan, run, live, good } = await broken();
    const planned = await plan(APPLY, { commit: good });
    expect(planned).toMatchObject({ risk: 'change', effects: [{ verb: 'apply' }, { verb: 'apply' }] });
    await run(APPLY, planned);
    const now = await live('Deployment', 'web');
    const [container] = now.spec.template.spec.containers;
    expect(container).toMatchObject({
      image: 'web:1',
      env: [{ name: 'A' }, { name: 'B' }],
      imagePullPolicy: 'IfNotPresent',
    });
    expect(container).not.toHaveProperty('command');
    expect((await live('ConfigMap', 'flags')).data).toEqual({ LIMIT: '100' });
  });

  it('does with one change of the spec, so that there is one rollout', async () => {
    const { plan, run, live, good } = await broken();
    const before = (await live('Deployment', 'web')).metadata.generation;
    await run(APPLY, await plan(APPLY, { commit: good }));
    expect((await live('Deployment', 'web')).metadata.generation).toBe(before + 1);
  });

  it('shows what it does, line by line', async () => {
    const { plan, good } = await broken();
    const { effects } = await plan(APPLY, { commit: good });
    const lines = effects.flatMap(({ diff }) => diff.map(({ change, text }) => `${change} ${text.trim()}`));
    expect(lines).toEqual(
      expect.arrayContaining([
        'same spec.template.spec.containers[app].image',
        'removed web:2',
        'added web:1',
        'same data.EXTRA',
        'removed yes',
      ]),
    );
    expect(JSON.stringify(lines)).not.toContain('last-applied');
  });

  it('leaves nothing to do, and is undone to the last field', async () => {
    const { plan, run, live, good, undo } = await broken();
    const [web, flags] = [await live('Deployment', 'web'), await live('ConfigMap', 'flags')];
    const planned = await plan(APPLY, { commit: good });
    await run(APPLY, planned);
    expect(await plan(APPLY, { commit: good })).toMatchObject({ alreadyDone: true, effects: [] });
    await run(APPLY, await undo(APPLY, planned));
    expect((await live('Deployment', 'web')).spec).toEqual(web.spec);
    expect((await live('ConfigMap', 'flags')).data).toEqual(flags.data);
    expect(await undo(APPLY, planned)).toMatchObject({ alreadyDone: true });
  });
});

describe('what stays as it is', () => {
  it('is where the traffic goes and how many replicas there are, before and after we own the rest', async () => {
    const world = await broken();
    await world.applied(service({ app: 'green' }));
    await world.patched('Service', 'web', 'kubectl-patch', { spec: { selector: { app: 'blue' } } });
    await world.patched('Deployment', 'web', 'kubectl-scale', { spec: { replicas: 7 } });
    const commit = world.git.commit('Both', {
      'k8s/all.yaml': file(service({ app: 'green' }), web({ image: 'web:0' }), config({ LIMIT: '1' })),
    });
    for (const times of [1, 2]) {
      const planned = await world.plan(APPLY, { commit: times === 1 ? commit : world.good });
      await world.run(APPLY, planned);
      expect((await world.live('Service', 'web')).spec.selector).toEqual({ app: 'blue' });
      expect((await world.live('Deployment', 'web')).spec.replicas).toBe(7);
    }
  });

  it('can be said otherwise, and a selector is then dangerous', async () => {
    const world = await broken();
    await world.applied(service({ app: 'blue' }));
    const commit = world.git.commit('Service', { 'k8s/s.yaml': file(service({ app: 'green' })) });
    const planned = await world.plan(APPLY, { commit, untouched: [] });
    expect(planned).toMatchObject({ risk: 'dangerous', confirmWord: 'banking-app' });
    await world.run(APPLY, planned);
    expect((await world.live('Service', 'web')).spec.selector).toEqual({ app: 'green' });
  });
});

describe('fields of others', () => {
  async function edited() {
    const world = await broken();
    await world.patched('ConfigMap', 'flags', 'kubectl-edit', { data: { LIMIT: '5' } });
    return world;
  }

  it('are named by owner, and nothing is applied while it is open who wins', async () => {
    const { plan, observe, good } = await edited();
    const seen = await observe(DIFF, await plan(DIFF, { commit: good }));
    expect(seen.outputs).toMatchObject({
      conflicts: [{ object: 'configmap/flags', manager: 'kubectl-edit', field: '.data.LIMIT' }],
      owners: ['kubectl-edit'],
      changed: ['deployment/web'],
    });
    await expect(plan(APPLY, { commit: good })).rejects.toThrow(
      /configmap\/flags .data.LIMIT \(kubectl-edit\)/,
    );
  });

  it('stay when they are left, and the rest is applied', async () => {
    const { plan, run, live, good } = await edited();
    const planned = await plan(APPLY, { commit: good, leave: ['kubectl-edit'] });
    expect(planned.risk).toBe('change');
    await run(APPLY, planned);
    expect((await live('ConfigMap', 'flags')).data).toEqual({ LIMIT: '5' });
    expect(image(await live('Deployment', 'web'))).toBe('web:1');
  });

  it('are overwritten when they are taken over, which is dangerous', async () => {
    const { plan, run, live, good } = await edited();
    const planned = await plan(APPLY, { commit: good, 'take-over': ['kubectl-edit'] });
    expect(planned).toMatchObject({ risk: 'dangerous', confirmWord: 'banking-app' });
    expect(planned.warnings.join()).toContain('.data.LIMIT was set by kubectl-edit');
    await run(APPLY, planned);
    expect((await live('ConfigMap', 'flags')).data).toEqual({ LIMIT: '100' });
  });
});

describe('between plan and run', () => {
  it('an object that somebody changed is not written, and it is said what was', async () => {
    const { plan, run, live, good, patched } = await broken();
    const planned = await plan(APPLY, { commit: good });
    await patched('Deployment', 'web', 'kubectl-edit', { spec: { paused: true } });
    await expect(run(APPLY, planned)).rejects.toMatchObject({
      stale: true,
      message: expect.stringMatching(
        /deployment\/web was changed .*kubectl-edit.*Written before it: configmap\/flags/,
      ),
    });
    expect(image(await live('Deployment', 'web'))).toBe('web:2');
  });

  it('a status that moves is no reason to refuse', async () => {
    const { plan, run, live, good, cluster } = await broken();
    const planned = await plan(APPLY, { commit: good });
    const path = '/apis/apps/v1/namespaces/banking-app/deployments/web/status';
    const body = { status: { replicas: 1, unavailableReplicas: 1 } };
    expect(
      (await cluster.ask('PATCH', path, { contentType: 'application/merge-patch+json', body })).code,
    ).toBe(200);
    await run(APPLY, planned);
    expect(image(await live('Deployment', 'web'))).toBe('web:1');
  });

  it('a lost answer is found out by the probe, object by object', async () => {
    const world = await broken();
    const planned = await world.plan(APPLY, { commit: world.good });
    expect(await world.probe(APPLY, planned)).toMatchObject({ landed: 'no' });
    const lost = new PortFailure('The connection was lost.', { reason: 'disconnected' });
    world.through({
      ...world.kube,
      apply: async (request, options) => {
        if (request.object.kind === 'Deployment') throw lost;
        return world.kube.apply(request, options);
      },
    });
    await expect(world.run(APPLY, planned)).rejects.toMatchObject({ reason: 'disconnected' });
    expect(await world.probe(APPLY, planned)).toEqual({
      landed: 'partly',
      evidence: 'Written: configmap/flags. Not written: deployment/web.',
    });
    world.through(world.kube);
    const rest = await world.plan(APPLY, { commit: world.good });
    expect(rest.effects.map(({ target }) => target)).toEqual(['deployment/web']);
    await world.run(APPLY, rest);
    expect(await world.probe(APPLY, planned)).toMatchObject({ landed: 'yes' });
  });
});

describe('what cannot be applied', () => {
  it('is named with what to do, and does not keep the rest from it', async () => {
    const world = await broken();
    await world.applied({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'login' },
      data: { user: 'YQ==', word: 'Yg==' },
    });
    const commit = world.git.commit('Mixed', {
      'k8s/web.yaml': file(
        web(
          { image: 'web:1' },
          {
            selector: { matchLabels: { app: 'other' } },
            template: {
              metadata: { labels: { app: 'other' } },
              spec: { containers: [{ name: 'app', image: 'web:1' }] },
            },
          },
        ),
      ),
      'k8s/config.yaml': file(config({ LIMIT: '7' })),
      'k8s/secret.yaml': file({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'login' },
        data: { user: 'YQ==', word: 'c2VjcmV0' },
      }),
      'k8s/else.yaml': file({
        ...config({ A: '1' }, 'else'),
        metadata: { name: 'else', namespace: 'other' },
      }),
      'k8s/custom.yaml': file({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' } }),
    });
    const seen = await world.observe(DIFF, await world.plan(DIFF, { commit }));
    const why = Object.fromEntries(
      (seen.outputs.blocked as { object: string; why: string; next: string }[]).map((each) => [
        each.object,
        `${each.why} ${each.next}`,
      ]),
    );
    expect(why['deployment/web']).toMatch(/immutable.*pod selector of a workload cannot change/s);
    expect(why['secret/login']).toMatch(/differs in word .*never applied/);
    expect(why['configmap/else']).toMatch(/namespace other/);
    expect(why['widget/w']).toMatch(/does not serve Widget/);
    const planned = await world.plan(APPLY, { commit });
    expect(planned.effects.map(({ target }) => target)).toEqual(['configmap/flags']);
    expect(JSON.stringify([seen, planned])).not.toMatch(/c2VjcmV0|Yg==/);
  });
});

describe('what is left over', () => {
  it('is what a later commit brought, can be deleted, and made again', async () => {
    const world = await broken();
    await world.applied(config({ NEW: '1' }, 'extra'));
    world.git.commit('More', { 'k8s/extra.yaml': file(config({ NEW: '1' }, 'extra')) });
    const seen = await world.observe(DIFF, await world.plan(DIFF, { commit: world.good }));
    expect(seen.outputs.orphans).toEqual([
      {
        resource: 'configmaps',
        kind: 'ConfigMap',
        name: 'extra',
        label: 'configmap/extra',
        why: expect.stringContaining('"More" of Mirjam'),
      },
    ]);
    const planned = await world.plan('kubernetes/delete', { resource: 'configmaps', name: 'extra' });
    expect(planned).toMatchObject({ risk: 'dangerous', confirmWord: 'extra' });
    await world.run('kubernetes/delete', planned);
    expect(await world.live('ConfigMap', 'extra')).toMatchObject({ code: 404 });
    await world.run('kubernetes/delete', await world.undo('kubernetes/delete', planned));
    expect((await world.live('ConfigMap', 'extra')).data).toEqual({ NEW: '1' });
  });

  it('is not deleted once somebody has changed it', async () => {
    const world = await broken();
    const planned = await world.plan('kubernetes/delete', { resource: 'configmaps', name: 'flags' });
    await world.patched('ConfigMap', 'flags', 'kubectl-edit', { data: { LIMIT: '5' } });
    await expect(world.run('kubernetes/delete', planned)).rejects.toMatchObject({ stale: true });
    expect((await world.live('ConfigMap', 'flags')).data.LIMIT).toBe('5');
  });
});

it('an object that is not there is made, and undo takes it away', async () => {
  const world = await applying();
  const commit = world.git.commit('Service', { 'k8s/s.yaml': file(service({ app: 'green' })) });
  const planned = await world.plan(APPLY, { commit });
  expect(planned.warnings.join()).toContain('{"app":"green"}');
  await world.run(APPLY, planned);
  expect((await world.live('Service', 'web')).spec.ports).toMatchObject([{ port: 80, protocol: 'TCP' }]);
  const back = await world.undo(APPLY, planned);
  expect(back.risk).toBe('dangerous');
  await world.run(APPLY, back);
  expect(await world.live('Service', 'web')).toMatchObject({ code: 404 });
});

it('GitOps that would bring the bad manifests back is named before anything is applied', async () => {
  const world = await broken();
  await world.patched('ConfigMap', 'flags', 'argocd-controller', {
    metadata: { annotations: { 'argocd.argoproj.io/tracking-id': 'bank' } },
  });
  const planned = await world.plan(APPLY, { commit: world.good });
  expect(planned.warnings[0]).toMatch(/^Argo CD keeps configmap\/flags .*auto-sync/);
});
