import type { HistoryChange, HistoryCommit, Signature } from './history.ts';

const NO_BRACKETS = /[<>\n\0]/g;

function signatureText({ name, email }: Signature, time: number): string {
  const clean = (text: string) => text.replace(NO_BRACKETS, '');
  return `${clean(name)} <${clean(email)}> ${Math.floor(time / 1000)} +0000`;
}

function dataBlock(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n')]);
}

function pathText(path: string): string {
  if (!/["\n\\]/.test(path)) return path;
  return `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

function changeBlock({ path, content }: HistoryChange): Buffer {
  if (content === null) return Buffer.from(`D ${pathText(path)}\n`);
  return Buffer.concat([Buffer.from(`M 100644 inline ${pathText(path)}\n`), dataBlock(content)]);
}

/** Marks count from 1, indexes from 0. */
function parentText(parent: number | string): string {
  return typeof parent === 'number' ? `:${parent + 1}` : parent;
}

function commitBlock(
  commit: HistoryCommit,
  index: number,
  parents: readonly (number | string)[],
): readonly Buffer[] {
  const { branch, author, committer = author, time, message, changes } = commit;
  const [first, ...others] = parents.map(parentText);
  const head = [
    `commit ${branch.startsWith('refs/') ? branch : `refs/heads/${branch}`}`,
    `mark :${index + 1}`,
    `author ${signatureText(author, time)}`,
    `committer ${signatureText(committer, time)}`,
  ].join('\n');
  const from = first === undefined ? [] : [`from ${first}\n`];
  const merges = others.map((parent) => `merge ${parent}\n`);
  return [
    Buffer.from(`${head}\n`),
    dataBlock(message),
    Buffer.from([...from, ...merges].join('')),
    ...changes.map(changeBlock),
    Buffer.from('\n'),
  ];
}

/**
 * The stream that `git fast-import` reads. `heads` are the branches that exist already;
 * a branch's first commit goes on top of them, a new branch's has no parent unless it names one.
 * Git answers with the SHAs of all commits, one a line.
 */
export function fastImportStream(
  commits: readonly HistoryCommit[],
  heads: ReadonlyMap<string, string>,
): Buffer {
  const newest = new Map<string, number | string>(heads);
  const blocks: Buffer[] = [];
  for (const [index, commit] of commits.entries()) {
    const previous = newest.get(commit.branch);
    const parents = commit.parents ?? (previous === undefined ? [] : [previous]);
    blocks.push(...commitBlock(commit, index, parents));
    newest.set(commit.branch, index);
  }
  blocks.push(...commits.map((_, index) => Buffer.from(`get-mark :${index + 1}\n`)), Buffer.from('done\n'));
  return Buffer.concat(blocks);
}
