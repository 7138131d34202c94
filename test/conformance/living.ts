import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../src/adapters/clock.ts';
import { readEndpoints } from '../../src/cluster/endpoints.ts';
import type { LiveSnapshot } from '../../src/cluster/live.ts';
import { startLiveFeed } from '../../src/cluster/live-feed.ts';
import type { WatchEvent } from '../../src/ports/kubernetes.ts';
import { annotate, names, writesIn } from './expect.ts';
import { until, type World } from './world.ts';

const pods = { group: '', resource: 'pods' };

/** What changes over time: watches, the live picture, endpoints that follow a selector. */
export function livingSuite(world: World): void {
  const { kubernetes, reads, service, deployment } = world;
  const { write, writing } = writesIn(world);
  const namespace = kubernetes.context.namespace;

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
