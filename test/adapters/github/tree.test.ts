import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differences, type TreeEntry } from '../../../src/adapters/github/tree.ts';

const entry = fc.record({
  path: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  sha: fc.constantFrom('1', '2', '3'),
  mode: fc.constantFrom('100644', '100755'),
});
const tree = fc.uniqueArray(entry, { selector: ({ path }) => path });

/** The tree that the differences make of the old one, taking contents from the new one. */
function applied(before: readonly TreeEntry[], after: readonly TreeEntry[]): readonly TreeEntry[] {
  const made = new Map(before.map((each) => [each.path, each]));
  const source = new Map(after.map((each) => [each.path, each]));
  for (const { path, previousPath, status } of differences(before, after)) {
    const now = source.get(path);
    if (previousPath !== undefined) made.delete(previousPath);
    if (status === 'deleted') made.delete(path);
    else if (now !== undefined) made.set(path, now);
  }
  return [...made.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

describe('the differences of two trees', () => {
  it('turn one into the other', () => {
    fc.assert(
      fc.property(tree, tree, (before, after) => {
        expect(applied(before, after)).toEqual(after.toSorted((a, b) => (a.path < b.path ? -1 : 1)));
      }),
    );
  });

  it('are none of a tree with itself', () => {
    fc.assert(
      fc.property(tree, (one) => {
        expect(differences(one, one)).toEqual([]);
      }),
    );
  });

  it('name each path once', () => {
    fc.assert(
      fc.property(tree, tree, (before, after) => {
        const paths = differences(before, after).flatMap(({ path, previousPath }) =>
          previousPath === undefined ? [path] : [path, previousPath],
        );
        expect(new Set(paths).size).toBe(paths.length);
      }),
    );
  });

  it('take a moved file for the same one only when its content is', () => {
    const [mode, sha] = ['100644', '1'];
    expect(differences([{ path: 'a', sha, mode }], [{ path: 'b', sha, mode }])).toEqual([
      { path: 'b', previousPath: 'a', status: 'renamed' },
    ]);
    expect(differences([{ path: 'a', sha, mode }], [{ path: 'b', sha: '2', mode }])).toEqual([
      { path: 'a', status: 'deleted' },
      { path: 'b', status: 'added' },
    ]);
  });
});
