import type { HistoryCommit } from '../git/history.ts';
import type { Person } from './people.ts';
import { objectId, WorkTree } from './work-tree.ts';

/** `null` takes the file away. */
export type Changes = Readonly<Record<string, string | null>>;

export interface Commit {
  readonly id: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Person;
  readonly committer: Person;
  /** Milliseconds since the epoch, of both author and committer; git keeps whole seconds. */
  readonly time: number;
  readonly message: string;
  /** Against the first parent. */
  readonly changes: Changes;
}

export interface CommitFacts {
  readonly author: Person;
  readonly committer?: Person;
  readonly time: number;
  readonly message: string;
}

/** One branch that grows, and the side branches merged into it; ids are those that git computes. */
export class History {
  readonly branch: string;
  readonly tree = new WorkTree();
  readonly #commits: Commit[] = [];

  constructor(branch: string) {
    this.branch = branch;
  }

  get commits(): readonly Commit[] {
    return this.#commits;
  }

  get head(): Commit | undefined {
    return this.#commits.at(-1);
  }

  /** A commit on the branch itself. */
  commit(facts: CommitFacts, changes: Changes): Commit {
    const parents = this.head === undefined ? [] : [this.head.id];
    return this.#add(facts, changes, parents);
  }

  /** A commit on a side branch that was just rebased, and the merge commit that brings it in. */
  merge(
    side: CommitFacts,
    changes: Changes,
    merge: CommitFacts,
  ): { readonly side: Commit; readonly merge: Commit } {
    const base = this.head;
    if (base === undefined) throw new Error('There is nothing yet to merge into.');
    const sideCommit = this.#add(side, changes, [base.id]);
    return { side: sideCommit, merge: this.#add(merge, changes, [base.id, sideCommit.id]) };
  }

  #add(facts: CommitFacts, changes: Changes, parents: readonly string[]): Commit {
    for (const [path, text] of Object.entries(changes)) {
      if (text === null) this.tree.remove(path);
      else this.tree.write(path, text);
    }
    const { author, committer = author, message } = facts;
    const time = Math.floor(facts.time / 1000) * 1000;
    const draft = { author, committer, message, time, parents, changes, tree: this.tree.id() };
    const commit = { ...draft, id: commitId(draft) };
    this.#commits.push(commit);
    return commit;
  }
}

function signature({ name, email }: Person, time: number): string {
  return `${name} <${email}> ${time / 1000} +0000`;
}

function commitId(commit: Omit<Commit, 'id'>): string {
  const { tree, parents, author, committer, time, message } = commit;
  const lines = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${signature(author, time)}`,
    `committer ${signature(committer, time)}`,
    '',
    message,
  ];
  return objectId('commit', Buffer.from(lines.join('\n')));
}

/** What git has to be told to make these very commits. */
export function toImport(history: History): HistoryCommit[] {
  const places = new Map(history.commits.map(({ id }, index) => [id, index]));
  return history.commits.map(({ parents, changes, author, committer, time, message }) => ({
    branch: history.branch,
    author,
    committer,
    time,
    message,
    changes: Object.entries(changes).map(([path, content]) => ({ path, content })),
    parents: parents.map((parent) => places.get(parent) ?? parent),
  }));
}
