import type { Signature } from './history.ts';

/** A commit as git tells it; times in milliseconds since the epoch. */
export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly authoredAt: number;
  readonly committer: Signature;
  readonly committedAt: number;
  readonly message: string;
}

const FIELDS = ['%H', '%T', '%P', '%an', '%ae', '%at', '%cn', '%ce', '%ct', '%B'];

/** For `git log -z`: every field and every commit ends with a NUL, which none of them can hold. */
export const COMMIT_FORMAT = `--format=tformat:${FIELDS.join('%x00')}`;

/** Reads what `git log -z` wrote in COMMIT_FORMAT. */
export function parseCommits(output: Buffer): Commit[] {
  const values = output.toString('utf8').split('\0');
  const commits: Commit[] = [];
  for (let start = 0; start + FIELDS.length <= values.length; start += FIELDS.length) {
    const at = (offset: number) => values[start + offset] ?? '';
    commits.push({
      sha: at(0),
      tree: at(1),
      parents: at(2) === '' ? [] : at(2).split(' '),
      author: { name: at(3), email: at(4) },
      authoredAt: Number(at(5)) * 1000,
      committer: { name: at(6), email: at(7) },
      committedAt: Number(at(8)) * 1000,
      message: at(9),
    });
  }
  return commits;
}

/** First line of the message. */
export function titleOf({ message }: Pick<Commit, 'message'>): string {
  return message.split('\n', 1)[0] ?? '';
}
