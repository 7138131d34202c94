import type { ComparedFile } from '../../ports/comparison.ts';

export interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly sha: string;
}

/** What differs between two whole trees. A file that moved unchanged is renamed; one that changed as well is deleted and added. */
export function differences(
  before: readonly TreeEntry[],
  after: readonly TreeEntry[],
): readonly ComparedFile[] {
  const old = new Map(before.map((entry) => [entry.path, entry]));
  const now = new Map(after.map((entry) => [entry.path, entry]));
  const gone = before.filter(({ path }) => !now.has(path));
  const moved = renames(
    gone,
    after.filter(({ path }) => !old.has(path)),
  );
  const left = new Set(moved.values());
  const files = after.flatMap((entry): readonly ComparedFile[] => {
    const { path } = entry;
    const same = old.get(path);
    if (same !== undefined)
      return same.sha === entry.sha && same.mode === entry.mode ? [] : [{ path, status: 'modified' }];
    const previousPath = moved.get(path);
    return [
      previousPath === undefined ? { path, status: 'added' } : { path, previousPath, status: 'renamed' },
    ];
  });
  const deleted = gone.filter(({ path }) => !left.has(path));
  return [...files, ...deleted.map(({ path }): ComparedFile => ({ path, status: 'deleted' }))].toSorted(
    (a, b) => (a.path < b.path ? -1 : 1),
  );
}

/** New path → old path, for files whose content is the same; each old one is used once. */
function renames(gone: readonly TreeEntry[], added: readonly TreeEntry[]): ReadonlyMap<string, string> {
  const byContent = Map.groupBy(gone, ({ sha }) => sha);
  const found = new Map<string, string>();
  for (const { path, sha } of added) {
    const from = byContent.get(sha)?.shift();
    if (from !== undefined) found.set(path, from.path);
  }
  return found;
}
