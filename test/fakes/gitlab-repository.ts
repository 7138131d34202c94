import { createHash } from 'node:crypto';
import { createTwoFilesPatch } from 'diff';
import type { GitLabCommit, GitLabFileDiff } from '../../src/ports/gitlab.ts';

type Files = ReadonlyMap<string, string>;

interface Snapshot {
  readonly commit: GitLabCommit;
  readonly files: Files;
}

export interface NewCommit {
  readonly title: string;
  readonly message?: string;
  readonly author?: string;
  readonly committedAt?: string;
  /** Text by path; null removes the file. */
  readonly files: Readonly<Record<string, string | null>>;
}

export type Reverted = { readonly files: NewCommit['files'] } | { readonly refused: 'conflict' | 'empty' };

/** Commits as whole trees, shared by a project and its forks; enough of git for what a runbook asks. */
export class GitLabRepository {
  readonly #commits = new Map<string, Snapshot>();

  add(parent: string | undefined, given: NewCommit): GitLabCommit {
    const before = parent === undefined ? new Map<string, string>() : this.#at(parent).files;
    const files = new Map(before);
    for (const [path, text] of Object.entries(given.files)) {
      if (text === null) files.delete(path);
      else files.set(path, text);
    }
    const count = this.#commits.size;
    const id = createHash('sha1').update(`${count} ${parent} ${given.title}`).digest('hex');
    const commit: GitLabCommit = {
      id,
      parents: parent === undefined ? [] : [parent],
      title: given.title,
      message: given.message ?? given.title,
      author: given.author ?? 'Olga Ops',
      committedAt: given.committedAt ?? new Date(Date.UTC(2026, 0, 1) + count * 3_600_000).toISOString(),
      webUrl: `https://gitlab.test/commit/${id}`,
    };
    this.#commits.set(id, { commit, files });
    return commit;
  }

  /** By whole or abbreviated SHA. */
  find(sha: string): GitLabCommit | undefined {
    return this.#lookup(sha)?.commit;
  }

  text(sha: string, path: string): string | undefined {
    return this.#at(sha).files.get(path);
  }

  /** Newest first; those that touched `path` alone, when it is given. */
  history(sha: string, path?: string): readonly GitLabCommit[] {
    const found: GitLabCommit[] = [];
    let next: string | undefined = sha;
    while (next !== undefined) {
      const { commit } = this.#at(next);
      if (path === undefined || this.diff(commit.id).some(({ newPath }) => newPath === path))
        found.push(commit);
      next = commit.parents[0];
    }
    return found;
  }

  diff(sha: string): readonly GitLabFileDiff[] {
    const { commit, files } = this.#at(sha);
    const before = this.#before(commit);
    const paths = [...new Set([...before.keys(), ...files.keys()])].sort();
    return paths.flatMap((path) => {
      const [old, now] = [before.get(path), files.get(path)];
      if (old === now) return [];
      const status = old === undefined ? 'added' : now === undefined ? 'deleted' : 'modified';
      return [{ oldPath: path, newPath: path, status, diff: hunks(old ?? '', now ?? ''), incomplete: false }];
    });
  }

  /** What reverting the commit on top of `head` would write. Whole files decide: any later change conflicts. */
  revert(sha: string, head: string): Reverted {
    const { commit, files } = this.#at(sha);
    const before = this.#before(commit);
    const now = this.#at(head).files;
    const changed = this.diff(sha).map(({ newPath }) => newPath);
    if (changed.every((path) => now.get(path) === before.get(path))) return { refused: 'empty' };
    if (changed.some((path) => now.get(path) !== files.get(path))) return { refused: 'conflict' };
    return { files: Object.fromEntries(changed.map((path) => [path, before.get(path) ?? null])) };
  }

  #before({ parents: [parent] }: GitLabCommit): Files {
    return parent === undefined ? new Map() : this.#at(parent).files;
  }

  #at(sha: string): Snapshot {
    const found = this.#lookup(sha);
    if (found === undefined) throw new Error(`no commit ${sha} in this test`);
    return found;
  }

  #lookup(sha: string): Snapshot | undefined {
    if (!/^[0-9a-f]{7,40}$/.test(sha)) return undefined;
    return (
      this.#commits.get(sha) ?? [...this.#commits.values()].find(({ commit }) => commit.id.startsWith(sha))
    );
  }
}

/** GitLab's form of a diff: no header, hunks only. */
function hunks(before: string, after: string): string {
  const patch = createTwoFilesPatch('a', 'b', before, after);
  return patch.slice(patch.indexOf('@@'));
}
