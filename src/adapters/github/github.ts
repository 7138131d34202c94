import { z } from 'zod';
import type { CodeHistory, ComparedCommit, ComparedFile, Comparison } from '../../ports/comparison.ts';
import { PortFailure } from '../../ports/failure.ts';
import { type Call, type Connection, connectTo, type GitHubOptions, type Parameters } from './connection.ts';
import { type Subject, unknownAnswer } from './failure.ts';
import { differences, type TreeEntry } from './tree.ts';

export type { GitHubOptions } from './connection.ts';

export interface GitHubRepository {
  readonly owner: string;
  readonly repository: string;
}

const commit = z
  .object({
    sha: z.string(),
    commit: z.object({
      message: z.string(),
      author: z.object({ name: z.string().nullish(), date: z.string().nullish() }).nullish(),
      committer: z.object({ date: z.string().nullish() }).nullish(),
    }),
  })
  .transform(
    ({ sha, commit: { message, author, committer } }): ComparedCommit => ({
      sha,
      title: message.split('\n', 1)[0] ?? '',
      author: author?.name ?? 'unknown',
      date: committer?.date ?? author?.date ?? '',
    }),
  );

const STATUS: Readonly<Record<string, ComparedFile['status']>> = {
  added: 'added',
  copied: 'added',
  removed: 'deleted',
  renamed: 'renamed',
};

const file = z
  .object({ filename: z.string(), status: z.string(), previous_filename: z.string().nullish() })
  .transform(({ filename, status: word, previous_filename: from }): ComparedFile => {
    const status = STATUS[word] ?? 'modified';
    return { path: filename, status, ...(status === 'renamed' && from ? { previousPath: from } : {}) };
  });

const page = z.object({
  html_url: z.string().nullish(),
  behind_by: z.int().nullish(),
  total_commits: z.int(),
  commits: z.array(commit),
  files: z.array(file).nullish(),
});
type Page = z.output<typeof page>;

const tree = z.object({
  truncated: z.boolean().nullish(),
  tree: z.array(z.object({ path: z.string(), mode: z.string(), type: z.string(), sha: z.string() })),
});

/** GitHub shows so many files of one comparison, and does not say when there are more. */
const MOST_FILES = 300;
const PER_PAGE = 100;
const MOST_PAGES = 20;

/** One repository on GitHub. Comparisons of two whole SHAs never change, and are asked for once. */
export function createGitHubHistory(options: GitHubOptions, where: GitHubRepository): CodeHistory {
  const { owner, repository } = where;
  for (const part of [owner, repository]) {
    if (/^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/.test(part)) continue;
    throw new PortFailure(`"${owner}/${repository}" is not the name of a repository on GitHub.`, {
      reason: 'invalid',
      next: 'It has the form owner/repository.',
    });
  }
  const connection = connectTo(options);
  const name = `${owner}/${repository}`;
  const ask = asker(connection, `/repos/${name}`, name);
  const known = new Map<string, Comparison>();
  return {
    name,
    async compare(from, to, read) {
      const key = `${from}...${to}`;
      const found = known.get(key);
      if (found !== undefined) return found;
      const comparison = await compare(ask, from, to, connection.call(read));
      if (isSha(from) && isSha(to) && comparison.complete) known.set(key, comparison);
      return comparison;
    },
    file: (path, ref, read) => {
      const encoded = path.split('/').map(encodeURIComponent).join('/');
      const act = `read the file ${path} at ${short(ref)} of`;
      return ask(`/contents/${encoded}`, { ref }, act, content, connection.call(read));
    },
  };
}

type Ask = <T>(
  path: string,
  parameters: Parameters,
  act: string,
  schema: z.ZodType<T>,
  call: Call,
) => Promise<T>;

function asker(connection: Connection, base: string, repository: string): Ask {
  return async (path, parameters, act, schema, call) => {
    const subject: Subject = { act: `${act} ${repository}`, repository };
    const checked = schema.safeParse(await connection.get(base + path, parameters, subject, call));
    if (checked.success) return checked.data;
    const where = checked.error.issues[0]?.path.map(String).join('.');
    throw unknownAnswer(subject, connection.host, checked.error, where === '' ? undefined : `"${where}"`);
  };
}

async function compare(ask: Ask, from: string, to: string, call: Call): Promise<Comparison> {
  const act = `compare ${short(from)} with ${short(to)} in`;
  const get = (number: number) =>
    ask(
      '/compare/{basehead}',
      { basehead: `${from}...${to}`, per_page: PER_PAGE, page: number },
      act,
      page,
      call,
    );
  const first = await get(1);
  const commits = await allCommits(first, get);
  const { files, because } = await allFiles(first, ask, from, to, call);
  const cut =
    commits.length < first.total_commits
      ? `GitHub gave ${commits.length} of ${first.total_commits} commits.`
      : undefined;
  const incompleteBecause = because ?? cut;
  return {
    from,
    to,
    commits,
    files,
    complete: incompleteBecause === undefined,
    ...(incompleteBecause === undefined ? {} : { incompleteBecause }),
    source: 'github',
    ...(first.html_url ? { webUrl: first.html_url } : {}),
  };
}

/** Oldest first, over as many pages as there are; a server that does not know pages gives the same one again. */
async function allCommits(
  first: Page,
  get: (number: number) => Promise<Page>,
): Promise<readonly ComparedCommit[]> {
  const found = new Map(first.commits.map((each) => [each.sha, each]));
  for (let number = 2; found.size < first.total_commits && number <= MOST_PAGES; number += 1) {
    const before = found.size;
    for (const each of (await get(number)).commits) found.set(each.sha, each);
    if (found.size === before) break;
  }
  return [...found.values()];
}

/**
 * The files of the first page, when they are all: fewer than GitHub shows at most, and counted from `from` itself.
 * It counts from the merge base, so that changes on the side of `from` alone would be missing. Otherwise whole trees.
 */
async function allFiles(
  { files, behind_by }: Page,
  ask: Ask,
  from: string,
  to: string,
  call: Call,
): Promise<{ readonly files: readonly ComparedFile[]; readonly because?: string }> {
  if (files && files.length < MOST_FILES && (behind_by ?? 0) === 0) return { files };
  const trees = await bothTrees(ask, from, to, call);
  if (trees instanceof PortFailure) return { files: files ?? [], because: unfinished(files, trees) };
  const [before, after] = trees;
  const found = differences(before.entries, after.entries);
  return before.whole && after.whole
    ? { files: found }
    : {
        files: found,
        because: 'The repository has more files than GitHub lists, so that changed files may be missing.',
      };
}

/** Part of the evidence, marked as such, is worth more than none. */
async function bothTrees(
  ask: Ask,
  from: string,
  to: string,
  call: Call,
): Promise<[Tree, Tree] | PortFailure> {
  try {
    return [await treeAt(ask, from, call), await treeAt(ask, to, call)];
  } catch (error) {
    if (error instanceof PortFailure && error.reason !== 'cancelled') return error;
    throw error;
  }
}

function unfinished(files: Page['files'], why: PortFailure): string {
  const shown =
    (files?.length ?? 0) >= MOST_FILES
      ? `${MOST_FILES} files, the most it ever shows`
      : 'only what changed since the two parted';
  return `GitHub shows ${shown}; the whole trees could not be compared: ${why.message}`;
}

interface Tree {
  readonly entries: readonly TreeEntry[];
  /** Nothing was cut off. */
  readonly whole: boolean;
}

async function treeAt(ask: Ask, ref: string, call: Call): Promise<Tree> {
  const answer = await ask(
    '/git/trees/{ref}',
    { ref, recursive: 1 },
    `list the files at ${short(ref)} of`,
    tree,
    call,
  );
  return { entries: answer.tree.filter(({ type }) => type !== 'tree'), whole: answer.truncated !== true };
}

/** A file as it is; as bytes, where its type says nothing; or wrapped, by a server that knows no raw form. */
const content = z.union([
  z.string(),
  z.instanceof(ArrayBuffer).transform((bytes) => new TextDecoder().decode(bytes)),
  z
    .object({ encoding: z.literal('base64'), content: z.string() })
    .transform((wrapped) => Buffer.from(wrapped.content, 'base64').toString('utf8')),
]);

function isSha(ref: string): boolean {
  return /^[0-9a-f]{40}$/.test(ref);
}

function short(ref: string): string {
  return isSha(ref) ? ref.slice(0, 12) : ref;
}
