import { Repositories } from '@gitbeaker/rest';
import type { z } from 'zod';
import type { CodeHistory, ComparedFile, Comparison } from '../../ports/comparison.ts';
import type { GitLabFileDiff, ProjectRef } from '../../ports/gitlab.ts';
import { ask } from './ask.ts';
import type { Connection } from './connection.ts';
import { readsOver } from './reads.ts';
import * as records from './records.ts';
import { about } from './subject.ts';

/** Large comparisons take GitLab longer than anything else it is asked for. */
const TIMEOUT_MS = 60_000;
/** What GitLab shows of one comparison at most, as it comes; beyond that, files are left out without a word. */
const MOST_FILES = 1_000;
const MOST_COMMITS = 1_000;

/** Comparisons by GitLab: the commits that `to` has and `from` has not, and the files from one to the other. */
export function codeHistoryOver(connection: Connection, project: ProjectRef): CodeHistory {
  const reads = readsOver(connection);
  return {
    name: `${project} at ${connection.host}`,
    file: (path, ref, options) => reads.file(project, path, ref, options),
    async compare(from, to, options) {
      // straight: what differs between the two trees, as pods of one would differ from pods of the other
      const answer = await ask(
        connection,
        about.compare(project, from, to),
        records.comparison,
        { timeoutMs: TIMEOUT_MS, ...options },
        (call) => call.on(Repositories).compare(project, from, to, { straight: true }),
      );
      return comparisonOf(answer, from, to);
    },
  };
}

function comparisonOf(answer: z.output<typeof records.comparison>, from: string, to: string): Comparison {
  const because = missing(answer, from === to);
  return {
    from,
    to,
    // GitLab gives the oldest first here
    commits: answer.commits.map(({ id, title, author, committedAt }) => ({
      sha: id,
      title,
      author,
      date: committedAt,
    })),
    files: answer.diffs.map(comparedFile),
    complete: because === undefined,
    ...(because === undefined ? {} : { incompleteBecause: because }),
    source: 'gitlab',
    ...(answer.web_url ? { webUrl: answer.web_url } : {}),
  };
}

/** Why something may be missing, a sentence; undefined when nothing can be. */
function missing(
  { compare_timeout, compare_same_ref, diffs, commits }: z.output<typeof records.comparison>,
  same: boolean,
): string | undefined {
  if (compare_timeout) return 'GitLab ran out of time over this comparison, and shows a part of it.';
  const shortened = diffs.filter((each) => each.incomplete).length;
  if (shortened > 0)
    return `GitLab left out or shortened the changes of ${shortened} ${shortened === 1 ? 'file' : 'files'}: its limits were reached, and others may be missing.`;
  if (diffs.length >= MOST_FILES)
    return `GitLab shows ${diffs.length} files, which may be the most that it shows.`;
  if (commits.length >= MOST_COMMITS)
    return `GitLab shows ${commits.length} commits, which may be the most that it shows.`;
  if (diffs.length === 0 && commits.length > 0 && !compare_same_ref && !same)
    return 'GitLab shows commits but no file that they changed.';
  return undefined;
}

function comparedFile({ oldPath, newPath, status }: GitLabFileDiff): ComparedFile {
  return { path: newPath, status, ...(status === 'renamed' ? { previousPath: oldPath } : {}) };
}
