import { randomUUID } from 'node:crypto';
import { COMMIT_FORMAT, type Commit, parseCommits } from './commit.ts';
import { fastImportStream } from './fast-import.ts';
import type { HistoryChange, HistoryCommit, Signature } from './history.ts';
import { runGit } from './run.ts';

export interface TreeEntry {
  /** Octal, six digits. */
  readonly mode: string;
  readonly type: 'blob' | 'tree' | 'commit';
  readonly sha: string;
  readonly path: string;
  /** Bytes; undefined for a folder. */
  readonly size: number | undefined;
}

export interface LogQuery {
  /** A SHA, or `a..b` of SHAs. */
  readonly range: string;
  readonly path?: string | undefined;
  /** Anything git reads as a date. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly firstParent?: boolean;
  readonly author?: string | undefined;
  readonly skip?: number;
  readonly limit?: number;
}

/** A revision that git could take for an option, a range or a path is none. */
const REVISION = /^(?![-^:.])[^\s:\0?*[\\]+$/;
/** Inside the repository, as git names files in a tree: no `.`, `..`, `.git` or empty part. */
const PATH = /^(?!\/)(?!.*(^|\/)(\.{0,2}|\.git)(\/|$))[^\0]+$/i;
const NEVER = '0'.repeat(40);

/** Whether git could keep a file under that path. */
export function isFilePath(path: string): boolean {
  return PATH.test(path);
}

/** A bare git repository on disk. Every method throws GitFailure when git cannot do it. */
export class Repository {
  /** Its bare folder. */
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async #git(args: readonly string[], input?: string | Buffer): Promise<Buffer> {
    return (await runGit(args, { folder: this.folder, ...(input === undefined ? {} : { input }) })).stdout;
  }

  async #line(args: readonly string[], input?: string): Promise<string> {
    return (await this.#git(args, input)).toString('utf8').trimEnd();
  }

  /**
   * Makes commits, in order, in one pass, and moves their branches. Resolves to their SHAs.
   * Tells no one: meant for the history before the start.
   */
  async importHistory(commits: readonly HistoryCommit[]): Promise<readonly string[]> {
    if (commits.length === 0) return [];
    const stream = fastImportStream(commits, await this.branches());
    const output = await this.#git(['fast-import', '--quiet', '--done', '--date-format=raw'], stream);
    return output.toString('utf8').trimEnd().split('\n');
  }

  /** A commit over `parent` with some files changed, on no branch yet: push it through the forge. */
  async commitFiles(commit: {
    readonly parent: string | undefined;
    readonly changes: readonly HistoryChange[];
    readonly message: string;
    readonly author: Signature;
    readonly committer?: Signature;
    readonly time: number;
  }): Promise<string> {
    const { parent, ...rest } = commit;
    const branch = `refs/keep-around/${randomUUID()}`;
    const [sha] = await this.importHistory([
      { ...rest, branch, parents: parent === undefined ? [] : [parent] },
    ]);
    return sha ?? NEVER;
  }

  /** A commit with a tree that is there already, on no branch yet. */
  commitTree(commit: {
    readonly tree: string;
    readonly parents: readonly string[];
    readonly message: string;
    readonly author: Signature;
    readonly authoredAt?: number;
    readonly committer: Signature;
    readonly committedAt: number;
  }): Promise<string> {
    const { author, committer, committedAt, authoredAt = committedAt } = commit;
    const date = (time: number) => `@${Math.floor(time / 1000)} +0000`;
    return runGit(
      ['commit-tree', commit.tree, ...commit.parents.flatMap((parent) => ['-p', parent]), '-F', '-'],
      {
        folder: this.folder,
        input: commit.message,
        env: {
          GIT_AUTHOR_NAME: author.name,
          GIT_AUTHOR_EMAIL: author.email,
          GIT_AUTHOR_DATE: date(authoredAt),
          GIT_COMMITTER_NAME: committer.name,
          GIT_COMMITTER_EMAIL: committer.email,
          GIT_COMMITTER_DATE: date(committedAt),
        },
      },
    ).then(({ stdout }) => stdout.toString('utf8').trimEnd());
  }

  /** SHA of the commit that a branch, tag or abbreviated SHA stands for; undefined when there is none. */
  async resolve(revision: string): Promise<string | undefined> {
    if (!REVISION.test(revision) || revision.includes('..')) return undefined;
    const args = ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`];
    const { stdout, exitCode } = await runGit(args, { folder: this.folder, expect: [1, 128] });
    return exitCode === 0 ? stdout.toString('utf8').trimEnd() : undefined;
  }

  /** A whole SHA of a tree; undefined when it is none. */
  async treeSha(sha: string): Promise<string | undefined> {
    if (!/^[0-9a-f]{40}$/.test(sha)) return undefined;
    const args = ['rev-parse', '--verify', '--quiet', `${sha}^{tree}`];
    const { stdout, exitCode } = await runGit(args, { folder: this.folder, expect: [1, 128] });
    return exitCode === 0 ? stdout.toString('utf8').trimEnd() : undefined;
  }

  /** Branch name to head. */
  async branches(): Promise<ReadonlyMap<string, string>> {
    const text = await this.#line([
      'for-each-ref',
      '--format=%(objectname) %(refname:lstrip=2)',
      'refs/heads/',
    ]);
    const lines = text === '' ? [] : text.split('\n');
    return new Map(lines.map((line) => [line.slice(41), line.slice(0, 40)]));
  }

  /** Head of the branch of exactly that name. */
  async branch(name: string): Promise<string | undefined> {
    if (!REVISION.test(name)) return undefined;
    const args = ['show-ref', '--verify', '--hash', `refs/heads/${name}`];
    const { stdout, exitCode } = await runGit(args, { folder: this.folder, expect: [1, 128] });
    return exitCode === 0 ? stdout.toString('utf8').trimEnd() : undefined;
  }

  async isBranchName(name: string): Promise<boolean> {
    if (!REVISION.test(name)) return false;
    const args = ['check-ref-format', '--branch', name];
    return (await runGit(args, { folder: this.folder, expect: [1, 128] })).exitCode === 0;
  }

  /**
   * Moves a branch if it still is at `before`; undefined stands for no branch.
   * Resolves to false when it is elsewhere.
   */
  async moveBranch(name: string, before: string | undefined, after: string | undefined): Promise<boolean> {
    const ref = `refs/heads/${name}`;
    const args =
      after === undefined
        ? ['update-ref', '-d', ref, before ?? NEVER]
        : ['update-ref', ref, after, before ?? NEVER];
    return (await runGit(args, { folder: this.folder, expect: [1, 128] })).exitCode === 0;
  }

  /** Brings a ref of another repository in, under a ref here. */
  async fetchFrom(source: Repository, from: string, to: string): Promise<void> {
    if (source.folder === this.folder) await this.#git(['update-ref', to, from]);
    else await this.#git(['fetch', '--quiet', '--no-tags', source.folder, `+${from}:${to}`]);
  }

  async log(query: LogQuery): Promise<Commit[]> {
    if (query.path !== undefined && !isFilePath(query.path)) return [];
    const { range, path, since, until, firstParent, author, skip = 0, limit } = query;
    const args = ['log', '-z', COMMIT_FORMAT, `--skip=${skip}`];
    if (limit !== undefined) args.push(`--max-count=${limit}`);
    if (since !== undefined) args.push(`--since=${since}`);
    if (until !== undefined) args.push(`--until=${until}`);
    if (author !== undefined) args.push(`--author=${author}`);
    if (firstParent) args.push('--first-parent');
    return parseCommits(await this.#git([...args, range, '--', ...(path === undefined ? [] : [path])]));
  }

  async commit(revision: string): Promise<Commit | undefined> {
    const sha = await this.resolve(revision);
    if (sha === undefined) return undefined;
    return (await this.log({ range: sha, limit: 1 }))[0];
  }

  /** How many commits a range `a..b` has. */
  async count(range: string): Promise<number> {
    return Number(await this.#line(['rev-list', '--count', range, '--']));
  }

  async mergeBase(one: string, other: string): Promise<string | undefined> {
    const options = { folder: this.folder, expect: [1] };
    const { stdout, exitCode } = await runGit(['merge-base', one, other], options);
    return exitCode === 0 ? stdout.toString('utf8').trimEnd() : undefined;
  }

  /** SHA of the blob or tree at a path of a commit; undefined when it is not there. */
  async objectAt(commit: string, path: string): Promise<TreeEntry | undefined> {
    if (!isFilePath(path)) return undefined;
    const entries = await this.#entries(['ls-tree', '-z', '-l', '--full-tree', commit, '--', path]);
    return entries[0];
  }

  /** Everything under a commit or tree; paths are relative to it. */
  tree(treeish: string, recursive: boolean): Promise<TreeEntry[]> {
    return this.#entries(['ls-tree', '-z', '-l', '--full-tree', ...(recursive ? ['-r', '-t'] : []), treeish]);
  }

  async #entries(args: readonly string[]): Promise<TreeEntry[]> {
    const text = (await this.#git(args)).toString('utf8');
    return text
      .split('\0')
      .filter((line) => line !== '')
      .map((line) => {
        const tab = line.indexOf('\t');
        const [mode = '', type = '', sha = '', size = ''] = line.slice(0, tab).split(/ +/);
        return {
          mode,
          type: type as TreeEntry['type'],
          sha,
          path: line.slice(tab + 1),
          size: size === '-' ? undefined : Number(size),
        };
      });
  }

  blob(sha: string): Promise<Buffer> {
    return this.#git(['cat-file', 'blob', sha]);
  }

  /** Text of a file at a revision; undefined when either is not there. */
  async readText(revision: string, path: string): Promise<string | undefined> {
    const commit = await this.resolve(revision);
    const entry = commit === undefined ? undefined : await this.objectAt(commit, path);
    if (entry?.type !== 'blob') return undefined;
    return (await this.blob(entry.sha)).toString('utf8');
  }
}
