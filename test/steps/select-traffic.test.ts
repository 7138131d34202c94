import { describe, expect, it } from 'vitest';
import { PortFailure } from '../../src/ports/failure.ts';
import { selectTraffic } from '../../src/steps/kubernetes/select-traffic.ts';
import { StepFailure } from '../../src/steps/step-kind.ts';
import type { FakeKubernetes } from '../fakes/fake-kubernetes.ts';
import { fakePorts } from '../fakes/fake-ports.ts';
import { pod, service } from '../fakes/kube-objects.ts';
import { BLUE, banking, GREEN, meddle, planContext, runContext } from './banking.ts';

const toBlue = selectTraffic.schema.parse({ service: 'frontend-service', selector: BLUE });

function world(kube = banking()) {
  const ports = fakePorts({ kubernetes: kube });
  return { kube, ports, plans: planContext(ports), runs: runContext(ports) };
}

function selectorOf(kube: FakeKubernetes) {
  return kube.peek('Service', 'frontend-service')?.spec?.selector;
}

describe('planning a switch', () => {
  it('turns the selector as it is, whatever its labels, when a word is to be swapped', async () => {
    const swap = selectTraffic.schema.parse({
      service: 'frontend-service',
      swap: { from: 'green', to: 'blue' },
    });
    const named = await selectTraffic.plan(toBlue, planContext());
    expect((await selectTraffic.plan(swap, planContext())).effects).toEqual(named.effects);
  });

  it('refuses to swap a word that the selector does not name', async () => {
    const swap = selectTraffic.schema.parse({
      service: 'frontend-service',
      swap: { from: 'red', to: 'pink' },
    });
    await expect(selectTraffic.plan(swap, planContext())).rejects.toThrow('does not name red');
  });

  it.each([{}, { selector: BLUE, swap: { from: 'green', to: 'blue' } }])(
    'wants one way to say where to: %o',
    (ways) => {
      expect(selectTraffic.schema.safeParse({ service: 'frontend-service', ...ways }).success).toBe(false);
    },
  );

  it('shows both selectors with the pods behind them, and the very patch', async () => {
    const plan = await selectTraffic.plan(toBlue, planContext());
    expect(plan.summary).toBe(
      'service/frontend-service selector {app: frontend-green, color: green} -> {app: frontend-blue, color: blue}',
    );
    expect(plan.effects[0]?.diff).toEqual([
      { change: 'same', text: 'spec.selector' },
      { change: 'removed', text: 'app: frontend-green  color: green', note: '0 of 2 pods ready' },
      { change: 'added', text: 'app: frontend-blue  color: blue', note: '2 of 2 pods ready' },
    ]);
    expect(plan.effects[0]?.command).toMatch(
      /^kubectl patch service frontend-service -n banking-app --type=json -p '\[\{"op":"test","path":"\/metadata\/uid"/,
    );
    expect(plan).toMatchObject({
      risk: 'change',
      undo: 'restores the selector {app: frontend-green, color: green}',
    });
    expect(plan.permissions).toContainEqual(
      expect.objectContaining({
        verb: 'patch',
        resource: 'services',
        name: 'frontend-service',
        allowed: true,
      }),
    );
  });

  it('has the API server rehearse exactly the request that run sends', async () => {
    const { kube, plans, runs } = world();
    const plan = await selectTraffic.plan(toBlue, plans);
    await selectTraffic.run?.(plan, runs);
    const rehearsed = kube.calls.find(({ operation }) => operation === 'dryRunPatch');
    expect(kube.writes).toEqual([rehearsed?.request]);
    expect(kube.writes[0]?.patch).toEqual([
      { op: 'test', path: '/metadata/uid', value: 'uid-frontend-service' },
      { op: 'test', path: '/metadata/resourceVersion', value: expect.any(String) },
      { op: 'replace', path: '/spec/selector', value: BLUE },
    ]);
    expect(selectorOf(kube)).toEqual(BLUE);
  });

  it.each([
    ['none is ready', { blue: [false, false] }, 1, /None of the 2 pods .* is ready, 1 needed/],
    ['too few are ready', { blue: [true, false] }, 2, /Only 1 of the 2 pods .* is ready, 2 needed/],
    ['there is no pod', { blue: [] }, 1, /No pod matches \{app: frontend-blue, color: blue\}/],
  ])('refuses when %s', async (_, state, minReady, message) => {
    const { kube, plans } = world(banking(state));
    const params = selectTraffic.schema.parse({
      service: 'frontend-service',
      selector: BLUE,
      'min-ready': minReady,
    });
    const failure = await selectTraffic.plan(params, plans).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StepFailure);
    expect(failure).toMatchObject({ message: expect.stringMatching(message), next: expect.any(String) });
    expect(kube.writes).toEqual([]);
  });

  it('does not count pods that are terminating, although they still say that they are ready', async () => {
    const kube = banking({ blue: [] });
    kube.put(pod('frontend-blue-0', { labels: BLUE, terminating: true }));
    await expect(selectTraffic.plan(toBlue, world(kube).plans)).rejects.toThrow(/No pod matches/);
  });

  it('catches the selector that mixes a new label with an old one and picks nothing', async () => {
    const params = selectTraffic.schema.parse({
      service: 'frontend-service',
      selector: { app: 'frontend-blue', color: 'green' },
    });
    await expect(selectTraffic.plan(params, planContext())).rejects.toThrow(/No pod matches/);
  });

  it('says that nothing is to be done when the selector is the wanted one', async () => {
    const kube = banking();
    kube.put(service('frontend-service', BLUE));
    const plan = await selectTraffic.plan(toBlue, world(kube).plans);
    expect(plan).toMatchObject({ alreadyDone: true, effects: [], risk: 'safe' });
  });

  it('reports a rehearsal that is refused for want of permission', async () => {
    const { kube, plans } = world();
    kube.allow = ({ verb }) => ({ allowed: verb !== 'patch' });
    kube.failNext('dryRunPatch', new PortFailure('viewer may not patch services', { reason: 'forbidden' }));
    const plan = await selectTraffic.plan(toBlue, plans);
    expect(plan.permissions.filter(({ allowed }) => allowed === false)).toHaveLength(1);
    expect(plan.warnings.join()).toContain('viewer may not patch services');
  });

  it('leaves a permission open when the review itself fails', async () => {
    const { kube, plans } = world();
    kube.failNext('access', new PortFailure('no reviews here', { reason: 'not-served' }), 2);
    const plan = await selectTraffic.plan(toBlue, plans);
    expect(plan.permissions.map(({ allowed }) => allowed)).toEqual([undefined, undefined]);
  });

  it('reads again when the Service changes during the rehearsal', async () => {
    const { kube, plans } = world();
    const stale = new PortFailure('the server rejected our request', { reason: 'invalid', status: 422 });
    kube.failNext('dryRunPatch', stale);
    const allow = kube.allow;
    kube.allow = (request) => {
      meddle(kube, 'Service', 'frontend-service', (object) => object);
      return allow(request);
    };
    const plan = await selectTraffic.plan(toBlue, plans);
    expect(plan.data.resourceVersion).toBe(
      kube.peek('Service', 'frontend-service')?.metadata.resourceVersion,
    );
  });

  it.each([
    ['an alias', { type: 'ExternalName', externalName: 'elsewhere.test' }, /ExternalName/],
    ['one without selector', { ports: [] }, /has no selector/],
  ])('refuses %s', async (_, spec, message) => {
    const kube = banking();
    kube.put({ ...service('frontend-service', {}), spec });
    await expect(selectTraffic.plan(toBlue, world(kube).plans)).rejects.toThrow(message);
  });

  it('warns when the Service names a port that the pods do not have', async () => {
    const kube = banking();
    const before = service('frontend-service', GREEN);
    kube.put({ ...before, spec: { ...before.spec, ports: [{ port: 80, targetPort: 'http' }] } });
    const plan = await selectTraffic.plan(toBlue, world(kube).plans);
    expect(plan.warnings.join()).toContain('no port named "http"');
  });
});

describe('running a switch', () => {
  it.each([['conflict'], ['invalid']] as const)(
    'is stale when somebody changed the Service, which the server answers with %s',
    async (reason) => {
      const { kube, plans, runs } = world();
      const plan = await selectTraffic.plan(toBlue, plans);
      meddle(kube, 'Service', 'frontend-service', (object) => ({
        ...object,
        metadata: {
          ...object.metadata,
          managedFields: [
            {
              manager: 'kube-controller-manager',
              time: '2026-11-02T03:00:09Z',
              fieldsV1: { 'f:status': {} },
            },
            { manager: 'kubectl-edit', time: '2026-11-02T03:00:05Z', fieldsV1: { 'f:spec': {} } },
          ],
        },
      }));
      kube.failNext('patch', new PortFailure('refused', { reason }));
      const failure = await selectTraffic.run?.(plan, runs).catch((error: unknown) => error);
      expect(failure).toMatchObject({
        stale: true,
        message:
          'service/frontend-service was changed after the plan was made (last by kubectl-edit at 2026-11-02T03:00:05Z). Nothing was written.',
      });
      expect(kube.writes).toEqual([]);
    },
  );

  it('is stale when the Service was deleted, or made anew', async () => {
    const { kube, plans, runs } = world();
    const plan = await selectTraffic.plan(toBlue, plans);
    meddle(kube, 'Service', 'frontend-service', (object) => ({
      ...object,
      metadata: { ...object.metadata, uid: 'another' },
    }));
    await expect(selectTraffic.run?.(plan, runs)).rejects.toMatchObject({
      stale: true,
      message: expect.stringContaining('made anew'),
    });
    kube.remove('Service', 'frontend-service');
    await expect(selectTraffic.run?.(plan, runs)).rejects.toMatchObject({
      stale: true,
      message: expect.stringContaining('was deleted'),
    });
  });

  it('passes on a refusal that has nothing to do with a change', async () => {
    const { kube, plans, runs } = world();
    const plan = await selectTraffic.plan(toBlue, plans);
    const refusal = new PortFailure('an admission webhook says no', { reason: 'invalid' });
    kube.failNext('patch', refusal);
    await expect(selectTraffic.run?.(plan, runs)).rejects.toBe(refusal);
  });
});

describe('after an interruption', () => {
  it.each([
    ['yes', BLUE],
    ['no', GREEN],
    ['unknown', { app: 'canary' }],
  ])('a probe answers %s for the selector %o', async (landed, selector) => {
    const { kube, plans } = world();
    const plan = await selectTraffic.plan(toBlue, plans);
    kube.put(service('frontend-service', selector));
    expect(await selectTraffic.probe?.(plan, plans)).toMatchObject({ landed });
  });
});

describe('undoing a switch', () => {
  it('restores the selector with the resourceVersion of now, even though no pod is ready, and says so', async () => {
    const { kube, plans, runs } = world();
    const plan = await selectTraffic.plan(toBlue, plans);
    await selectTraffic.run?.(plan, runs);
    const back = await selectTraffic.undo?.(plan, plans);
    if (back === undefined) throw new Error('there is no undo');
    expect(back.warnings.join()).toContain('would have no endpoints');
    await selectTraffic.run?.(back, runs);
    expect(selectorOf(kube)).toEqual(GREEN);
  });

  it('warns when somebody else changed the selector since', async () => {
    const { kube, plans } = world();
    const plan = await selectTraffic.plan(toBlue, plans);
    kube.put(service('frontend-service', { ...BLUE, canary: 'true' }));
    const back = await selectTraffic.undo?.(plan, plans);
    expect(back?.warnings.join()).toContain('Somebody else changed the selector since');
    expect(back?.effects[0]?.diff).toContainEqual(
      expect.objectContaining({ change: 'removed', text: 'app: frontend-blue  canary: true  color: blue' }),
    );
  });
});
