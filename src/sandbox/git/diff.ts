import { runGit } from './run.ts';

/** The tree without a file, which every repository knows. */
export const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

export interface FileDiff {
  readonly status: 'added' | 'modified' | 'renamed' | 'deleted';
  readonly oldPath: string;
  readonly newPath: string;
  /** Octal, `100644`; `0` where there is no file. */
  readonly oldMode: string;
  readonly newMode: string;
  readonly oldBlob: string;
  readonly newBlob: string;
  /** Hunks from the first `@@` on; `Binary files … differ` for a binary file. */
  readonly patch: string;
  readonly additions: number;
  readonly deletions: number;
}

const STATUS: Readonly<Record<string, FileDiff['status']>> = {
  A: 'added',
  D: 'deleted',
  R: 'renamed',
};

type RawChange = Omit<FileDiff, 'patch' | 'additions' | 'deletions'>;

/** Reads `--raw -z`: `:oldmode newmode oldblob newblob STATUS`, path, and for a rename the new path. */
function parseRaw(output: Buffer): RawChange[] {
  const parts = output.toString('utf8').split('\0');
  const changes: RawChange[] = [];
  for (let index = 0; index + 1 < parts.length; ) {
    const [oldMode = '', newMode = '', oldBlob = '', newBlob = '', letter = ''] = (parts[index] ?? '')
      .slice(1)
      .split(' ');
    const status = STATUS[letter.charAt(0)] ?? 'modified';
    const oldPath = parts[index + 1] ?? '';
    const newPath = status === 'renamed' ? (parts[index + 2] ?? '') : oldPath;
    index += status === 'renamed' ? 3 : 2;
    const mode = (text: string) => (/^0+$/.test(text) ? '0' : text);
    changes.push({
      status,
      oldPath,
      newPath,
      oldMode: mode(oldMode),
      newMode: mode(newMode),
      oldBlob,
      newBlob,
    });
  }
  return changes;
}

/** One text per file, in the order of the raw listing: no line of a patch's body starts with `diff`. */
function splitPatches(output: Buffer): string[] {
  const text = output.toString('utf8');
  if (text === '') return [];
  return text.split(/^(?=diff --git )/m).map((block) => {
    const start = /^(?:@@ |Binary files )/m.exec(block)?.index;
    return start === undefined ? '' : block.slice(start);
  });
}

function countLines(patch: string, sign: string): number {
  return patch.split('\n').filter((line) => line.startsWith(sign)).length;
}

/** What changed between two trees or commits, by path, renames found as git finds them. */
export async function diffTrees(folder: string, from: string, to: string): Promise<FileDiff[]> {
  const shared = ['-r', '-M', '--no-ext-diff', '--no-textconv'];
  const [raw, patches] = await Promise.all([
    runGit(['diff-tree', ...shared, '--raw', '-z', '--no-abbrev', from, to], { folder }),
    runGit(['diff-tree', ...shared, '-p', from, to], { folder }),
  ]);
  const texts = splitPatches(patches.stdout);
  return parseRaw(raw.stdout).map((change, index) => {
    const patch = texts[index] ?? '';
    return {
      ...change,
      patch,
      additions: countLines(patch, '+'),
      deletions: countLines(patch, '-'),
    };
  });
}
