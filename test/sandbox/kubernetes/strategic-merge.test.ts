import { expect, test } from 'vitest';
import { mergePatch } from '../../../src/sandbox/kubernetes/patch/merge-patch.ts';
import { strategicMerge } from '../../../src/sandbox/kubernetes/patch/strategic-merge.ts';
import { schemaOf } from '../../../src/sandbox/kubernetes/schema/kinds.ts';

const schema = schemaOf({ group: 'apps', resource: 'deployments' });
const containers = (...items: unknown[]) => ({ spec: { template: { spec: { containers: items } } } });
const a = { name: 'a', image: 'a:1' };
const b = { name: 'b', image: 'b:1' };

test.each([
  [
    'merges list items by key',
    containers(a, b),
    containers({ name: 'b', image: 'b:2' }),
    containers(a, { ...b, image: 'b:2' }),
  ],
  ['puts what is new first', containers(a), containers(b), containers(b, a)],
  [
    'deletes an item by directive',
    containers(a, b),
    containers({ name: 'a', $patch: 'delete' }),
    containers(b),
  ],
  ['replaces a list by directive', containers(a, b), containers({ $patch: 'replace' }, b), containers(b)],
  [
    'replaces a map by directive',
    { metadata: { labels: { x: '1' } } },
    { metadata: { labels: { y: '2', $patch: 'replace' } } },
    { metadata: { labels: { y: '2' } } },
  ],
  [
    'removes a field by null',
    { spec: { paused: true, replicas: 1 } },
    { spec: { paused: null } },
    { spec: { replicas: 1 } },
  ],
  [
    'keeps a map it does not name',
    { metadata: { labels: { x: '1' } } },
    { metadata: { labels: { y: '2' } } },
    { metadata: { labels: { x: '1', y: '2' } } },
  ],
  [
    'drops what $retainKeys does not name',
    { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } },
    { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } },
    { spec: { strategy: { type: 'Recreate' } } },
  ],
  [
    'orders as $setElementOrder says',
    containers(a, b),
    {
      spec: {
        template: {
          spec: {
            '$setElementOrder/containers': [{ name: 'c' }, { name: 'b' }, { name: 'a' }],
            containers: [{ name: 'c', image: 'c:1' }],
          },
        },
      },
    },
    containers({ name: 'c', image: 'c:1' }, b, a),
  ],
  [
    'takes values out of a set',
    { metadata: { finalizers: ['x', 'y'] } },
    { metadata: { '$deleteFromPrimitiveList/finalizers': ['x'], finalizers: ['z'] } },
    { metadata: { finalizers: ['z', 'y'] } },
  ],
  [
    'replaces a list without keys',
    containers({ ...a, args: ['x', 'y'] }),
    containers({ name: 'a', args: ['z'] }),
    containers({ ...a, args: ['z'] }),
  ],
])('a strategic patch %s', (_what, target, patch, expected) => {
  expect(strategicMerge(target, patch, schema)).toEqual(expected);
});

test('a strategic patch without the merge key is refused', () => {
  expect(() => strategicMerge(containers(a), containers({ image: 'x' }), schema)).toThrow(
    'does not contain declared merge key: name',
  );
});

test('the target of a patch stays as it was', () => {
  const target = containers(a, b);
  strategicMerge(target, containers({ name: 'a', image: 'a:2' }), schema);
  mergePatch(target, containers());
  expect(target).toEqual(containers(a, b));
});

test('a merge patch replaces lists and removes by null', () => {
  expect(mergePatch({ x: [1, 2], y: { z: 1, w: 2 } }, { x: [3], y: { z: null } })).toEqual({
    x: [3],
    y: { w: 2 },
  });
});
