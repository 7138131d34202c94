import { describe, expect, it } from 'vitest';
import { broken, config, file, image, service, web } from './broken-manifests.ts';

const APPLY = 'kubernetes/apply';
const DIFF = 'kubernetes/diff';

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
