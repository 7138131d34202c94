import type { CodeHistory } from '../../ports/comparison.ts';
import type { GitLab, GitLabReads, ProjectRef } from '../../ports/gitlab.ts';
import { codeHistoryOver } from './compare.ts';
import { connectTo, type GitLabOptions, readOnly } from './connection.ts';
import { readsOver } from './reads.ts';
import { writesOver } from './writes.ts';

export type { GitLabOptions } from './connection.ts';

/** A GitLab that can be looked at and not touched: no write leaves the transport under it. Throws 'not-configured'. */
export function createGitLabReads(options: GitLabOptions): GitLabReads {
  return readsOver(readOnly(connectTo(options)));
}

/** A GitLab that can be read and written. Its reads are as harmless as those of `createGitLabReads`. */
export function createGitLab(options: GitLabOptions): GitLab {
  const connection = connectTo(options);
  const reads = readsOver(readOnly(connection));
  return { ...reads, ...writesOver(connection, reads) };
}

/** The code of one project, to be compared and read. */
export function createGitLabHistory(options: GitLabOptions, project: ProjectRef): CodeHistory {
  return codeHistoryOver(readOnly(connectTo(options)), project);
}
