import { applyPatch, type StructuredPatch } from 'diff';
import type { GitLabFileDiff } from '../../ports/gitlab.ts';
import type { DiffLine } from '../step-kind.ts';

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;
const SWAPPED: Readonly<Record<string, string>> = { '+': '-', '-': '+' };
const CONTEXT = 2;

/**
 * The file as it is after a change to it was taken back, as git would; undefined where the file has been changed
 * around it since, or the change is not known whole.
 */
export function takenBack(text: string, change: GitLabFileDiff): string | undefined {
  if (change.incomplete || change.status !== 'modified') return undefined;
  const reverted = applyPatch(text, reversed(change), { fuzzFactor: 0 });
  return reverted === false ? undefined : reverted;
}

function reversed({ newPath, diff }: GitLabFileDiff): StructuredPatch {
  const hunks: StructuredPatch['hunks'] = [];
  for (const line of diff.split('\n')) {
    const [head, oldStart, oldLines = '1', newStart, newLines = '1'] = HUNK.exec(line) ?? [];
    const hunk = hunks.at(-1);
    if (head !== undefined) {
      hunks.push({
        oldStart: Number(newStart),
        oldLines: Number(newLines),
        newStart: Number(oldStart),
        newLines: Number(oldLines),
        lines: [],
      });
    } else if (hunk !== undefined && /^[ +\\-]/.test(line)) {
      const [sign = ''] = line;
      hunk.lines.push((SWAPPED[sign] ?? sign) + line.slice(1));
    }
  }
  return { oldFileName: newPath, newFileName: newPath, oldHeader: undefined, newHeader: undefined, hunks };
}

/** The lines that differ, with a few around them; for texts of which few lines differ. */
export function lineDiff(before: string, after: string): readonly DiffLine[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  let start = 0;
  while (start < Math.min(old.length, now.length) && old[start] === now[start]) start++;
  let end = 0;
  const most = Math.min(old.length, now.length) - start;
  while (end < most && old[old.length - 1 - end] === now[now.length - 1 - end]) end++;
  const lines = (change: DiffLine['change'], texts: readonly string[]) =>
    texts.map((text) => ({ change, text }));
  const [oldEnd, nowEnd] = [old.length - end, now.length - end];
  if (old.length === now.length) return linewise(old, now, start, oldEnd);
  return [
    ...lines('same', old.slice(Math.max(0, start - CONTEXT), start)),
    ...lines('removed', old.slice(start, oldEnd)),
    ...lines('added', now.slice(start, nowEnd)),
    ...lines('same', old.slice(oldEnd, oldEnd + CONTEXT)),
  ];
}

function linewise(
  old: readonly string[],
  now: readonly string[],
  start: number,
  end: number,
): readonly DiffLine[] {
  const isNear = (at: number) =>
    old.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some((_, near) => {
      const place = Math.max(0, at - CONTEXT) + near;
      return old[place] !== now[place];
    });
  const shown: DiffLine[] = [];
  for (let at = Math.max(0, start - CONTEXT); at < Math.min(old.length, end + CONTEXT); at++) {
    const [was = '', is = ''] = [old[at], now[at]];
    if (was === is && isNear(at)) shown.push({ change: 'same', text: was });
    else if (was !== is) shown.push({ change: 'removed', text: was }, { change: 'added', text: is });
  }
  return shown;
}
