import { PortFailure } from '../../src/ports/failure.ts';
import type { Git, GitCommit, GitFile } from '../../src/ports/git.ts';

/** A repository in memory: commits, newest last, each with all of its files. */
export class FakeGit implements Git {
  readonly folder = '/srv/deployments';
  readonly extracted: { readonly commit: string; readonly path: string; readonly to: string }[] = [];
  readonly #commits: { readonly commit: GitCommit; readonly files: readonly GitFile[] }[] = [];

  /** Adds a commit; its hash is the digit that is its place, forty times. */
  commit(subject: string, files: Readonly<Record<string, string>>): string {
    const hash = String(this.#commits.length + 1).repeat(40);
    const commit = { hash, author: 'Mirjam', committedAt: this.#commits.length * 60_000, subject };
    this.#commits.push({ commit, files: Object.entries(files).map(([path, text]) => ({ path, text })) });
    return hash;
  }

  async resolve(ref: string): Promise<string> {
    return this.#find(ref).commit.hash;
  }

  async log({ limit }: { readonly limit: number }): Promise<readonly GitCommit[]> {
    return this.#commits
      .map(({ commit }) => commit)
      .toReversed()
      .slice(0, limit);
  }

  async diff({ from, to }: { readonly from: string; readonly to: string }): Promise<string> {
    const [old, now] = [this.#find(from), this.#find(to)];
    const paths = new Set([...old.files, ...now.files].map(({ path }) => path));
    return [...paths]
      .map((path) => {
        const [was, is] = [old, now].map(({ files }) => files.find((file) => file.path === path)?.text);
        const mode =
          was === undefined ? 'new file mode 100644\n' : is === undefined ? 'deleted file mode 100644\n' : '';
        return was === is ? '' : `diff --git a/${path} b/${path}\n${mode}-${was ?? ''}\n+${is ?? ''}\n`;
      })
      .join('');
  }

  async files({ commit, path }: { readonly commit: string; readonly path: string }) {
    return this.#find(commit).files.filter((file) => file.path.startsWith(path));
  }

  async extract(request: { readonly commit: string; readonly path: string; readonly to: string }) {
    this.extracted.push(request);
  }

  #find(ref: string) {
    const found =
      ref === 'HEAD' ? this.#commits.at(-1) : this.#commits.find(({ commit }) => commit.hash.startsWith(ref));
    if (found === undefined) throw new PortFailure(`There is no commit ${ref}.`, { reason: 'not-found' });
    return found;
  }
}
