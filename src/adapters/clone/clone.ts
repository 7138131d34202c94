import type { CodeHistory, ComparedCommit, ComparedFile, Comparison } from '../../ports/comparison.ts';
import { PortFailure } from '../../ports/failure.ts';
import type { ReadOptions } from '../../ports/kubernetes.ts';
import { neutralise } from '../../prose/neutralise.ts';
import { commitOf } from '../git/commit-of.ts';
import { createGitRunner, type GitRunner } from '../git/runner.ts';

/** A clone on this machine. What it compares is whole, as long as it has the commits; it is never fetched into. */
export function createCloneHistory(folder: string): CodeHistory {
  const git = createGitRunner(folder);
  return {
    name: folder,
    compare: (from, to, options) => compare(git, from, to, options),
    async file(path, ref, options) {
      const commit = await commitOf(git, ref, options);
      // git takes these for folders of this machine
      const outside = path.split('/').some((part) => part === '..' || part === '.' || part === '');
      const listed = outside
        ? ''
        : await git.run(['ls-tree', '--full-tree', '-z', commit, '--', path], options);
      const blob = /^1\d{5} blob ([0-9a-f]{40,64})\t/.exec(listed)?.[1];
      if (blob === undefined)
        throw new PortFailure(neutralise(`There is no file ${path} at ${ref} in the clone ${git.folder}.`), {
          reason: 'not-found',
          next: 'Check its path; it may have been moved.',
        });
      return git.run(['cat-file', 'blob', blob], options);
    },
  };
}

/** Renames by content alone: comparing contents would want what a partial clone does not have. */
const DIFF = [
  'diff-tree',
  '-r',
  '-z',
  '--name-status',
  '--find-renames=100%',
  '--no-relative',
  '--ignore-submodules=none',
  '--no-ext-diff',
] as const;

async function compare(git: GitRunner, from: string, to: string, options?: ReadOptions): Promise<Comparison> {
  const [old, now] = [await commitOf(git, from, options), await commitOf(git, to, options)];
  // tree against tree, whatever the merge base; settings that could hide a file are overruled
  const names = await git.run([...DIFF, old, now, '--'], options);
  const log = await git.run(
    ['log', '-z', '--reverse', '--topo-order', '--format=%H%x1f%an%x1f%cI%x1f%s', `${old}..${now}`, '--'],
    options,
  );
  const because = await incomplete(git, options);
  return {
    from,
    to,
    commits: commitsOf(log),
    files: filesOf(names),
    complete: because === undefined,
    ...(because === undefined ? {} : { incompleteBecause: because }),
    source: 'clone',
  };
}

/** A shallow clone has the trees but not all commits between them. */
async function incomplete(git: GitRunner, options?: ReadOptions): Promise<string | undefined> {
  const shallow = (await git.run(['rev-parse', '--is-shallow-repository'], options)).trim();
  return shallow === 'true'
    ? 'The clone is shallow, so that commits between the two may be missing; run git fetch --unshallow there.'
    : undefined;
}

function commitsOf(log: string): readonly ComparedCommit[] {
  return entries(log).map((entry) => {
    const [sha = '', author = '', date = '', ...title] = entry.split('\x1f');
    return { sha, author, date, title: title.join('\x1f') };
  });
}

const STATUS: Readonly<Record<string, ComparedFile['status']>> = {
  A: 'added',
  C: 'added',
  D: 'deleted',
  M: 'modified',
  T: 'modified',
  R: 'renamed',
};

/** Letter, path, and for renames and copies the path that it came from first. */
function filesOf(names: string): readonly ComparedFile[] {
  const left = [...entries(names)];
  const files: ComparedFile[] = [];
  for (let letter = left.shift(); letter !== undefined; letter = left.shift()) {
    const status = STATUS[letter.charAt(0)] ?? 'modified';
    const twoPaths = /^[RC]/.test(letter);
    const previousPath = twoPaths ? left.shift() : undefined;
    const path = left.shift();
    if (path === undefined) break;
    files.push({
      path,
      status,
      ...(status === 'renamed' && previousPath !== undefined ? { previousPath } : {}),
    });
  }
  return files;
}

function entries(text: string): readonly string[] {
  return text.split('\0').filter((entry) => entry !== '');
}
