import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPodReady } from '../../src/cluster/selector.ts';
import type { PortFailure } from '../../src/ports/failure.ts';
import { annotate, fails, names, writesIn } from './expect.ts';
import type { World } from './world.ts';

const pods = { group: '', resource: 'pods' };

/** Discovery, reads and permissions: what every user may ask. */
export function readingSuite(world: World): void {
  const { kubernetes, reads, service } = world;
  const { dryRun } = writesIn(world);
  const namespace = kubernetes.context.namespace;

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
}
