import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { systemClock } from '../../src/adapters/clock.ts';
import { readEndpoints } from '../../src/cluster/endpoints.ts';
import type { LiveSnapshot } from '../../src/cluster/live.ts';
import { startLiveFeed } from '../../src/cluster/live-feed.ts';
import { isPodReady } from '../../src/cluster/selector.ts';
import { PortFailure } from '../../src/ports/failure.ts';
import type { Json } from '../../src/ports/json.ts';
import type { KubeObject, PatchType, WatchEvent } from '../../src/ports/kubernetes.ts';
import { until, type World } from './world.ts';

const ANNOTATION = 'rollbook.dev/conformance';
const pods = { group: '', resource: 'pods' };

/** What every cluster must do the way the adapter and the step kinds count on. */
export function suite(world: World): void {
  const { kubernetes, reads, service, deployment } = world;
  const namespace = kubernetes.context.namespace;
  const annotate = (value: string | null): Json => ({ metadata: { annotations: { [ANNOTATION]: value } } });
  const write = (patch: Json, type: PatchType = 'merge') =>
    kubernetes.patch({ target: service, type, patch });
  const dryRun = (patch: Json, type: PatchType = 'merge') =>
    reads.dryRunPatch({ target: service, type, patch });
  const writing = (run: (t: TestContext) => Promise<void>) => async (t: TestContext) =>
    world.mayWrite ? run(t) : t.skip('this user may not patch services');

  describe('discovery', () => {
    it('finds the served versions', async () => {
      assert.equal(await reads.servedVersion(pods), 'v1');
      assert.equal(await reads.servedVersion({ group: 'apps', resource: 'deployments' }), 'v1');
    });
    it('knows what is not served', async () => {
      assert.equal(await reads.servedVersion({ group: 'rollbook.invalid', resource: 'widgets' }), undefined);
      assert.equal(await reads.servedVersion({ group: '', resource: 'widgets' }), undefined);
      await fails(
        'not-served',
        /does not serve widgets/,
        reads.list({ group: 'rollbook.invalid', resource: 'widgets' }),
      );
    });
  });

  describe('reading', () => {
    it('gets the same object that the list holds', async () => {
      const one = await reads.get(service);
      const { items, resourceVersion } = await reads.list({ group: '', resource: 'services' });
      const same = items.find(({ metadata }) => metadata.name === service.name);
      assert.equal(same?.kind, 'Service');
      assert.deepEqual({ ...same, metadata: same?.metadata.uid }, { ...one, metadata: one.metadata.uid });
      assert.notEqual(resourceVersion, '');
    });
    it('selects by labels and by fields', async () => {
      const { items } = await reads.list({ group: 'apps', resource: 'deployments' });
      const [[key, value] = ['', '']] = Object.entries(items[0]?.metadata.labels ?? {});
      const some = await reads.list({
        group: 'apps',
        resource: 'deployments',
        labelSelector: `${key}=${value}`,
      });
      const expected = items.filter(({ metadata }) => metadata.labels?.[key] === value);
      assert.deepEqual(names(some.items), names(expected));
      const none = await reads.list({
        group: 'apps',
        resource: 'deployments',
        labelSelector: `${key} notin (${value}),${key}`,
      });
      assert.deepEqual(
        names(none.items),
        names(items.filter(({ metadata }) => (metadata.labels?.[key] ?? value) !== value)),
      );
      const named = await reads.list({
        group: '',
        resource: 'services',
        fieldSelector: `metadata.name=${service.name}`,
      });
      assert.deepEqual(names(named.items), [service.name]);
    });
    it('says what is not there', async () => {
      const missing = reads.get({ ...service, name: 'rollbook-no-such-service' });
      await fails(
        'not-found',
        `There is no service/rollbook-no-such-service in namespace ${namespace}.`,
        missing,
      );
    });
    it('reads logs, and says which containers there are', async (t) => {
      const pod = (await reads.list(pods)).items.find(isPodReady);
      if (pod === undefined) return t.skip('no pod is ready');
      assert.equal(typeof (await reads.logs({ pod: pod.metadata.name, tailLines: 5 })), 'string');
      await fails(
        'invalid',
        /no-such-container/,
        reads.logs({ pod: pod.metadata.name, container: 'no-such-container' }),
      );
    });
    it('lists events that name their object', async () => {
      for (const event of (await reads.list({ group: '', resource: 'events' })).items.slice(0, 20)) {
        assert.equal(typeof (event.involvedObject as { kind?: unknown }).kind, 'string');
      }
    });
    it('goes through the proxy, or says who may not', async (t) => {
      const pod = (await reads.list(pods)).items.find(isPodReady);
      if (pod === undefined) return t.skip('no pod is ready');
      const asking = reads.proxyGet({
        through: 'pods',
        name: pod.metadata.name,
        port: 8080,
        path: '/healthz',
        timeoutMs: 5_000,
      });
      const answer = await asking.catch((error: PortFailure) => error);
      if (answer instanceof Error)
        assert.ok(['forbidden', 'refused'].includes(answer.reason), answer.message);
      else assert.ok(answer.status >= 100);
    });
  });

  describe('permissions', () => {
    it('are reviewed as they are enforced', async () => {
      const { allowed } = await reads.access({
        verb: 'patch',
        group: '',
        resource: 'services',
        name: service.name,
      });
      const outcome = await dryRun(annotate('x')).then(
        () => true,
        (error: PortFailure) => error.reason !== 'forbidden',
      );
      assert.equal(outcome, allowed);
    });
    it('that are missing are named', async (t) => {
      const { allowed } = await reads.access({ verb: 'list', group: '', resource: 'secrets' });
      if (allowed) return t.skip('this user may read secrets');
      const message = new RegExp(`^User ".+" may not list secrets in namespace ${namespace}\\.$`);
      await fails('forbidden', message, reads.list({ group: '', resource: 'secrets' }));
    });
    it('do not matter to a read-only client: it cannot write', async () => {
      assert.equal('patch' in reads, false);
    });
  });

  describe('writing', () => {
    it(
      'a dry run answers with the object to be and persists nothing',
      writing(async () => {
        const before = await reads.get(service);
        const would = await dryRun(annotate('dry'));
        assert.equal(
          would.metadata.annotations && (would.metadata.annotations as Record<string, string>)[ANNOTATION],
          'dry',
        );
        assert.deepEqual(await reads.get(service), before);
      }),
    );
    it(
      'every patch type changes what it names and nothing else',
      writing(async () => {
        const before = await reads.get(service);
        const path = `/metadata/annotations/${ANNOTATION.replace('/', '~1')}`;
        try {
          for (const type of ['merge', 'strategic', 'json'] as const) {
            const patch: Json = type === 'json' ? [{ op: 'add', path, value: type }] : annotate(type);
            const after = await write(patch, type);
            assert.equal((after.metadata.annotations as Record<string, string>)[ANNOTATION], type);
            assert.deepEqual(after.spec, before.spec);
            assert.notEqual(after.metadata.resourceVersion, before.metadata.resourceVersion);
          }
        } finally {
          await write(annotate(null));
        }
      }),
    );
    it(
      'a strategic and a merge patch keep the selector keys that they do not name; a JSON patch replaces all',
      writing(async () => {
        const selector = (await reads.get(service)).spec?.selector as Record<string, string>;
        const first = Object.keys(selector)[0] as string;
        const kept = { ...selector, [first]: 'other' };
        for (const type of ['merge', 'strategic'] as const) {
          assert.deepEqual(
            (await dryRun({ spec: { selector: { [first]: 'other' } } }, type)).spec?.selector,
            kept,
          );
        }
        const replaced = await dryRun(
          [{ op: 'replace', path: '/spec/selector', value: { app: 'x' } }],
          'json',
        );
        assert.deepEqual(replaced.spec?.selector, { app: 'x' });
      }),
    );
    it(
      'a stale resourceVersion is a conflict, and nothing is written',
      writing(async () => {
        const before = await reads.get(service);
        const stale = { metadata: { resourceVersion: '1', annotations: { [ANNOTATION]: 'stale' } } };
        await fails('conflict', /has changed since it was read/, write(stale));
        assert.deepEqual(await reads.get(service), before);
      }),
    );
    it(
      'a JSON patch whose test fails is refused, and nothing is written',
      writing(async () => {
        const before = await reads.get(service);
        const patch = [
          { op: 'test', path: '/metadata/resourceVersion', value: '1' },
          { op: 'replace', path: '/spec/selector', value: { app: 'x' } },
        ];
        await fails('conflict', /one of its tests failed/, write(patch, 'json'));
        assert.deepEqual(await reads.get(service), before);
      }),
    );
    it(
      'an invalid value is refused with the field that is wrong',
      writing(async () => {
        await fails('invalid', /spec\.sessionAffinity/, dryRun({ spec: { sessionAffinity: 'Sometimes' } }));
      }),
    );
    it(
      'a label does not raise the generation of a Deployment; an annotation and the spec do',
      writing(async () => {
        const { generation = 0 } = (await reads.get(deployment)).metadata;
        const raised = async (patch: Json) =>
          ((await reads.dryRunPatch({ target: deployment, type: 'merge', patch })).metadata.generation ?? 0) -
          generation;
        assert.equal(await raised({ metadata: { labels: { [ANNOTATION]: 'x' } } }), 0);
        assert.equal(await raised(annotate('x')), 1);
        assert.equal(await raised({ spec: { minReadySeconds: 1 } }), 1);
      }),
    );
    it(
      'scales through the subresource, with its precondition',
      writing(async (t) => {
        const target = { ...deployment, subresource: 'scale' };
        const { allowed } = await reads.access({
          verb: 'patch',
          group: 'apps',
          resource: 'deployments',
          subresource: 'scale',
        });
        if (!allowed) return t.skip('this user may not scale');
        const scale = await reads.get(target);
        const wanted = Number(scale.spec?.replicas) + 1;
        const resourceVersion = scale.metadata.resourceVersion ?? '';
        const would = await reads.dryRunPatch({
          target,
          type: 'merge',
          patch: { metadata: { resourceVersion }, spec: { replicas: wanted } },
        });
        assert.equal(would.spec?.replicas, wanted);
        const stale = { metadata: { resourceVersion: '1' }, spec: { replicas: wanted } };
        await fails(
          'conflict',
          /has changed since it was read/,
          kubernetes.patch({ target, type: 'merge', patch: stale }),
        );
        assert.equal((await reads.get(target)).spec?.replicas, scale.spec?.replicas);
      }),
    );
  });

  describe('watching', () => {
    it(
      'begins with the whole, then tells of each change',
      writing(async () => {
        const seen: WatchEvent[] = [];
        const controller = new AbortController();
        const fieldSelector = `metadata.name=${service.name}`;
        reads.watch(
          { group: '', resource: 'services', fieldSelector },
          { onEvent: (event) => seen.push(event), onStatus: () => undefined },
          controller.signal,
        );
        try {
          await until('the first state is there', () => seen.length > 0);
          const [first] = seen;
          assert.deepEqual(first?.type === 'synced' && names(first.items), [service.name]);
          const written = await write(annotate('watched'));
          await until('the change is told', () =>
            seen.some(
              (event) =>
                event.type === 'changed' &&
                event.object.metadata.resourceVersion === written.metadata.resourceVersion,
            ),
          );
        } finally {
          controller.abort();
          await write(annotate(null));
        }
      }),
    );
    it('draws a live picture', async () => {
      const controller = new AbortController();
      let latest: LiveSnapshot | undefined;
      startLiveFeed({
        reads,
        namespace,
        clock: systemClock,
        signal: controller.signal,
        spec: { events: true },
        onSnapshot: (snapshot) => {
          latest = snapshot;
        },
      });
      try {
        await until('the picture is live', () => latest?.freshness.state === 'live');
        assert.ok(latest?.workloads.some(({ name }) => name === deployment.name));
        assert.ok(latest?.services.some(({ name }) => name === service.name));
      } finally {
        controller.abort();
      }
    });
  });

  describe('traffic', () => {
    it('follows the selector: to the other pods, to none, and back', async (t) => {
      if (!world.isOwn) return t.skip('only in a namespace of our own');
      for (const track of ['one', 'two', 'none', 'one']) {
        await write([{ op: 'replace', path: '/spec/selector', value: { app: 'web', track } }], 'json');
        const { items } = await reads.list({ ...pods, labelSelector: `track=${track}` });
        await until(`the endpoints are those of ${track}`, async () => {
          const { endpoints } = await readEndpoints(reads, service);
          const ready = endpoints.filter((each) => each.ready).map(({ pod }) => pod);
          return JSON.stringify(ready.sort()) === JSON.stringify(names(items));
        });
      }
    });
  });
}

function names(objects: readonly KubeObject[]): string[] {
  return objects.map(({ metadata }) => metadata.name).sort();
}

async function fails(reason: string, message: string | RegExp, promise: Promise<unknown>): Promise<void> {
  await assert.rejects(promise, (error: unknown) => {
    assert.ok(error instanceof PortFailure, String(error));
    assert.equal(error.reason, reason, error.message);
    if (typeof message === 'string') assert.equal(error.message, message);
    else assert.match(error.message, message);
    return true;
  });
}
