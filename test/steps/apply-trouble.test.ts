import { describe, expect, it } from 'vitest';
import { PortFailure } from '../../src/ports/failure.ts';
import { applying } from './applying.ts';
import { broken, config, file, image, service, web } from './broken-manifests.ts';

const APPLY = 'kubernetes/apply';
const DIFF = 'kubernetes/diff';

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

it('no plan is made while the server gives no answer about an object', async () => {
  const world = await broken();
  const late = new PortFailure('No answer.', { reason: 'timeout' });
  world.through({ ...world.kube, dryRunApply: () => Promise.reject(late) });
  await expect(world.plan(APPLY, { commit: world.good })).rejects.toMatchObject({ reason: 'timeout' });
});

it('what the server says about a Secret is not repeated', async () => {
  const world = await broken();
  await world.applied({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'login' },
    data: { word: 'Yg==' },
  });
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'login' },
    data: { word: 'aHVudGVyMg==' },
  };
  const commit = world.git.commit('Secret', { 'k8s/secret.yaml': file(secret, config({ LIMIT: '7' })) });
  world.through({
    ...world.kube,
    dryRunApply: async (request, options) => {
      if (request.object.kind !== 'Secret') return world.kube.dryRunApply(request, options);
      throw new PortFailure(`Not valid: ${JSON.stringify(request.object)}`, { reason: 'invalid' });
    },
  });
  const planned = await world.plan(APPLY, { commit });
  expect(planned.warnings.join()).toContain('secret/login, the API server refuses its manifest');
  expect(JSON.stringify(planned)).not.toContain('aHVudGVyMg==');
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
