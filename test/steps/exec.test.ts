import { describe, expect, it } from 'vitest';
import { PortFailure } from '../../src/ports/failure.ts';
import type { ExecRequest, ExecResult } from '../../src/ports/kubernetes.ts';
import { exec } from '../../src/steps/kubernetes/exec.ts';
import { FakeKubernetes } from '../fakes/fake-kubernetes.ts';
import { fakePorts } from '../fakes/fake-ports.ts';
import { deployment, pod } from '../fakes/kube-objects.ts';
import { planContext, runContext } from './banking.ts';

const APP = { app: 'shop' };

function world(program: (request: ExecRequest) => Partial<ExecResult> | undefined = () => ({})) {
  const kube = new FakeKubernetes(
    deployment('shop', { labels: APP }),
    pod('shop-0', { labels: APP, ready: false }),
    pod('shop-1', { labels: APP, terminating: true }),
    pod('shop-2', { labels: APP }),
    pod('shop-3', { labels: APP }),
  );
  kube.program = program;
  const ports = fakePorts({ kubernetes: kube });
  const run = (request: ExecRequest) => kube.exec(request);
  return {
    kube,
    plans: planContext(ports),
    runs: runContext(ports),
    probes: { ...planContext(ports), exec: run },
  };
}

const wanted = (given: object = {}) =>
  exec.schema.parse({ deployment: 'shop', run: ['warm', "it's", '$HOME'], ...given });

/** A pod with two containers, one of which may be marked as the default. */
function twoContainers(marked?: string) {
  const plain = pod('pair', { labels: { app: 'pair' } });
  const annotations = marked === undefined ? {} : { 'kubectl.kubernetes.io/default-container': marked };
  return {
    ...plain,
    metadata: { ...plain.metadata, annotations },
    spec: { ...plain.spec, containers: [{ name: 'app' }, { name: 'proxy' }] },
  };
}

describe('the container of an exec', () => {
  it.each([
    ['of a Deployment', { deployment: 'shop' }],
    ['of a selector', { deployment: undefined, selector: 'app=shop' }],
    ['by name', { deployment: undefined, pod: 'shop-2' }],
  ])('%s is in a pod that is ready and stays', async (_, given) => {
    const { plans } = world();
    const plan = await exec.plan(wanted(given), plans);
    expect(plan.data).toMatchObject({ pod: 'shop-2', uid: 'uid-shop-2', container: 'web' });
    expect(plan.effects[0]?.command).toBe(
      `kubectl exec -n banking-app shop-2 -c web -- warm 'it'\\''s' '$HOME'`,
    );
    expect(plan.permissions.map(({ verb, subresource }) => [verb, subresource])).toEqual([
      ['get', 'exec'],
      ['create', 'exec'],
    ]);
  });

  it('is not in a pod that is not ready, or not there', async () => {
    const { plans } = world();
    const named = (name: string) => exec.plan(wanted({ deployment: undefined, pod: name }), plans);
    await expect(named('shop-0')).rejects.toThrow('No pod of the name shop-0 is ready: shop-0.');
    await expect(named('shop-1')).rejects.toThrow('is ready');
    await expect(named('nobody')).rejects.toThrow('There is no pod of the name nobody in banking-app.');
  });

  it('is named, or marked, or the only one', async () => {
    const { kube, plans } = world();
    kube.put(twoContainers());
    const params = { deployment: undefined, pod: 'pair' };
    await expect(exec.plan(wanted(params), plans)).rejects.toThrow('pod/pair has the containers app, proxy');
    await expect(exec.plan(wanted({ ...params, container: 'other' }), plans)).rejects.toThrow('not other');
    expect((await exec.plan(wanted({ ...params, container: 'proxy' }), plans)).data).toMatchObject({
      container: 'proxy',
    });
    kube.put(twoContainers('app'));
    expect((await exec.plan(wanted(params), plans)).data).toMatchObject({ container: 'app' });
  });

  it('may lack the right to create, which only a newer server asks for', async () => {
    const { kube, plans } = world();
    const denied = (verb: string) => {
      kube.allow = (request) => ({ allowed: request.verb !== verb });
      return exec.plan(wanted(), plans);
    };
    expect((await denied('create')).permissions.map(({ allowed }) => allowed)).toEqual([true, undefined]);
    expect((await denied('get')).permissions.map(({ allowed }) => allowed)).toEqual([false, true]);
  });

  it('is asked for in one way', () => {
    expect(exec.schema.safeParse({ run: ['ls'] }).success).toBe(false);
    expect(exec.schema.safeParse({ run: ['ls'], pod: 'a', selector: 'b=c' }).success).toBe(false);
  });
});

describe('running an exec', () => {
  it('passes the arguments as they stand, and keeps both streams', async () => {
    const { kube, plans, runs } = world(() => ({ stdout: 'warm\n', stderr: 'slow\n' }));
    const plan = await exec.plan(wanted({ timeout: '30s' }), plans);
    const outcome = await exec.run?.(plan, { ...runs, outputFile: '/tmp/out' });
    expect(kube.calls.findLast(({ operation }) => operation === 'exec')?.request).toEqual({
      namespace: 'banking-app',
      pod: 'shop-2',
      container: 'web',
      argv: ['warm', "it's", '$HOME'],
      outputFile: '/tmp/out',
    });
    expect(outcome).toMatchObject({
      summary: 'exit 0',
      outputs: { stdout: 'warm', stderr: 'slow', 'exit-code': 0, pod: 'shop-2' },
    });
  });

  it('refuses when another pod bears the name, and runs nothing', async () => {
    const { kube, plans, runs } = world();
    const plan = await exec.plan(wanted(), plans);
    const { metadata, ...rest } = pod('shop-2', { labels: APP });
    kube.put({ ...rest, metadata: { ...metadata, uid: 'another' } });
    await expect(exec.run?.(plan, runs)).rejects.toMatchObject({ stale: true });
    expect(kube.calls.some(({ operation }) => operation === 'exec')).toBe(false);
  });

  it('fails by its exit code, with its last words', async () => {
    const { plans, runs } = world(() => ({ exitCode: 4, stderr: 'first\nno such table\n' }));
    const plan = await exec.plan(wanted({ 'expect-exit': [0, 2] }), plans);
    await expect(exec.run?.(plan, runs)).rejects.toThrow(
      'warm ended with exit code 4, expected 0 or 2; it said last: no such table',
    );
  });

  it('only looks where it is known to, and is taken at its word otherwise', async () => {
    const { kube, plans, runs } = world(() => ({ stdout: 'seen' }));
    const plan = await exec.plan(wanted({ 'reads-only': true }), plans);
    await exec.run?.(plan, runs);
    const operations = () =>
      kube.calls.map(({ operation }) => operation).filter((each) => /exec|inspect/.test(each));
    expect(operations()).toEqual(['inspect']);
    kube.failNext('inspect', new PortFailure('not known', { reason: 'read-only' }));
    await exec.run?.(plan, runs);
    expect(operations()).toEqual(['inspect', 'inspect', 'exec']);
  });

  it('leaves a lost connection as it is: nobody knows', async () => {
    const { kube, plans, runs } = world();
    const lost = new PortFailure('lost', { reason: 'disconnected', detail: 'outcome-unknown' });
    const plan = await exec.plan(wanted(), plans);
    kube.failNext('exec', lost);
    await expect(exec.run?.(plan, runs)).rejects.toBe(lost);
  });
});

describe('after an interruption, an exec', () => {
  it.each([
    [0, 'yes'],
    [1, 'no'],
    [2, 'unknown'],
  ])('asks the declared probe: exit code %i is %s', async (exitCode, landed) => {
    const { plans, probes } = world(({ argv }) => ({ exitCode: argv[0] === 'is-warm' ? exitCode : 9 }));
    const plan = await exec.plan(wanted({ probe: { run: ['is-warm'] } }), plans);
    expect(await exec.probe?.(plan, probes)).toMatchObject({
      landed,
      evidence: expect.stringContaining('shop-2 -c web -- is-warm'),
    });
  });

  it('knows nothing without one', async () => {
    const { plans, probes } = world();
    expect(await exec.probe?.(await exec.plan(wanted(), plans), probes)).toMatchObject({ landed: 'unknown' });
  });

  it('may run again when it only reads', async () => {
    const { plans, probes } = world();
    const plan = await exec.plan(wanted({ 'reads-only': true }), plans);
    expect(plan).toMatchObject({ risk: 'safe', effects: [] });
    expect(await exec.probe?.(plan, probes)).toMatchObject({ landed: 'no' });
  });
});

describe('undoing an exec', () => {
  it('runs the declared program in the same container', async () => {
    const { plans } = world();
    const plan = await exec.plan(wanted({ undo: { run: ['cool'] } }), plans);
    const back = await exec.undo?.(plan, plans);
    expect(back?.effects[0]?.command).toBe('kubectl exec -n banking-app shop-2 -c web -- cool');
    expect(back?.undo).toBeUndefined();
  });

  it('cannot be done without one', async () => {
    const { plans } = world();
    const plan = await exec.plan(wanted(), plans);
    expect(plan.warnings).toEqual([expect.stringContaining('cannot be undone')]);
    await expect(exec.undo?.(plan, plans)).rejects.toThrow('declares no undo');
  });
});
