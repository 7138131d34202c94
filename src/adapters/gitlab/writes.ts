import { Branches, Commits, MergeRequestNotes, MergeRequests } from '@gitbeaker/rest';
import type { GitLab, GitLabReads } from '../../ports/gitlab.ts';
import { ask } from './ask.ts';
import type { Connection } from './connection.ts';
import * as records from './records.ts';
import { doing } from './subject.ts';

type Writes = Omit<GitLab, keyof GitLabReads>;

/** Each is sent once; what to do when its answer is lost is for whoever asked. */
export function writesOver(connection: Connection, reads: GitLabReads): Writes {
  return {
    createBranch: (project, branch, ref, options) =>
      ask(connection, doing.createBranch(project, branch, ref), records.branch, options, (call) =>
        call.on(Branches).create(project, branch, ref),
      ),
    revert: (project, sha, branch, options) =>
      ask(connection, doing.revert(project, sha, branch), records.commit, options, (call) =>
        call.on(Commits).revert(project, sha, branch),
      ),
    commitFile: async (request, options) => {
      const { project, branch, message, path: filePath, content, lastCommitId } = request;
      const exists = (await reads.branchHead(project, branch, options)) !== undefined;
      const start = exists ? {} : startOf(request);
      return ask(connection, doing.commitFile(project, filePath, branch), records.commit, options, (call) =>
        call
          .on(Commits)
          .create(project, branch, message, [{ action: 'update', filePath, content, lastCommitId }], start),
      );
    },
    createMergeRequest: (
      { sourceProject, targetProject, sourceBranch, targetBranch, title, description },
      options,
    ) =>
      ask(
        connection,
        doing.createRequest(sourceProject, sourceBranch),
        records.mergeRequest,
        options,
        (call) =>
          call.on(MergeRequests).create(sourceProject, sourceBranch, targetBranch, title, {
            targetProjectId: targetProject,
            description,
          }),
      ),
    comment: (project, iid, body, options) =>
      ask(connection, doing.comment(project, iid), records.note, options, (call) =>
        call.on(MergeRequestNotes).create(project, iid, body),
      ),
  };
}

function startOf({ startProject, startRef }: Parameters<GitLab['commitFile']>[0]) {
  const at =
    startRef === undefined ? {} : isSha(startRef) ? { startSha: startRef } : { startBranch: startRef };
  return { ...at, ...(startProject === undefined ? {} : { startProject }) };
}

function isSha(ref: string): boolean {
  return /^[0-9a-f]{40}$/.test(ref);
}
