import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json } from '../../src/ports/json.ts';
import { ANNOTATION, annotate, fails, writesIn } from './expect.ts';
import type { World } from './world.ts';

/** Patches, their preconditions and their dry runs. */
export function writingSuite(world: World): void {
  const { kubernetes, reads, service, deployment } = world;
  const { write, dryRun, writing } = writesIn(world);

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
}
