import {
  Branches,
  Commits,
  MergeRequestLabelEvents,
  MergeRequestNotes,
  MergeRequests,
  PersonalAccessTokens,
  Projects,
  RepositoryFiles,
  Users,
} from '@gitbeaker/rest';
import { z } from 'zod';
import { PortFailure } from '../../ports/failure.ts';
import type { GitLabReads } from '../../ports/gitlab.ts';
import { ask, askForList } from './ask.ts';
import { type Connection, isOAuth } from './connection.ts';
import * as records from './records.ts';
import { about } from './subject.ts';

/** Of a long discussion, the newest are the ones that count. */
const NOTES = 1_000;
const LABEL_EVENTS = 1_000;
const CHANGED_FILES = 1_000;
const PIPELINES = 20;
const REQUESTS_OF_COMMIT = 100;

/** All that may be asked without changing anything. */
export function readsOver(connection: Connection): GitLabReads {
  return {
    url: connection.url,
    me: (options) =>
      ask(connection, { act: 'say whose token this is', thing: 'such user' }, records.user, options, (call) =>
        call.on(Users).showCurrentUser(),
      ),
    tokenScopes: (options) => tokenScopes(connection, options),
    project: (project, options) =>
      ask(connection, about.project(project), records.project, options, (call) =>
        call.on(Projects).show(project),
      ),
    commits: ({ project, ref, path, limit }, options) =>
      askForList(
        connection,
        about.history(project, ref, path),
        records.commit,
        { ...options, limit },
        (call, pages) =>
          call.on(Commits).all(project, {
            ...pages,
            ...(ref === undefined ? {} : { refName: ref }),
            ...(path === undefined ? {} : { path }),
          }),
      ),
    commit: (project, sha, options) =>
      ask(connection, about.commit(project, sha), records.commit, options, (call) =>
        call.on(Commits).show(project, sha),
      ),
    commitDiff: (project, sha, options) =>
      askForList(
        connection,
        about.changes(project, sha),
        records.fileDiff,
        { ...options, limit: CHANGED_FILES, whole: true },
        (call, pages) => call.on(Commits).showDiff(project, sha, pages),
      ),
    file: (project, path, ref, options) =>
      ask(connection, about.file(project, path, ref), z.string(), { ...options, raw: true }, (call) =>
        call.on(RepositoryFiles).showRaw(project, path, ref),
      ),
    mergeRequestsOf: (project, sha, options) =>
      askForList(
        connection,
        about.requestsOf(project, sha),
        records.mergeRequest,
        { ...options, limit: REQUESTS_OF_COMMIT },
        (call, pages) => call.on(Commits).allMergeRequests(project, sha, pages),
      ),
    mergeRequest: (project, iid, options) =>
      ask(connection, about.request(project, iid), records.mergeRequest, options, (call) =>
        call.on(MergeRequests).show(project, iid, { includeRebaseInProgress: true }),
      ),
    findMergeRequests: ({ project, limit, state = 'all', ...filter }, options) =>
      askForList(
        connection,
        about.requests(project, filter.sourceBranch),
        records.mergeRequest,
        { ...options, limit },
        (call, pages) =>
          call.on(MergeRequests).all({
            projectId: project,
            orderBy: 'created_at',
            sort: 'desc',
            ...pages,
            ...filter,
            ...(state === 'all' ? {} : { state }),
          }),
      ),
    notes: async (project, iid, options) => {
      const newestFirst = await askForList(
        connection,
        about.request(project, iid, 'comments on'),
        records.note,
        { ...options, limit: NOTES },
        (call, pages) =>
          call.on(MergeRequestNotes).all(project, iid, { sort: 'desc', orderBy: 'created_at', ...pages }),
      );
      return newestFirst.toSorted((a, b) => byTime(a, b) || a.id - b.id);
    },
    labelEvents: async (project, iid, options) => {
      const events = await askForList(
        connection,
        about.request(project, iid, 'label changes of'),
        records.labelEvent,
        { ...options, limit: LABEL_EVENTS, whole: true },
        (call, pages) => call.on(MergeRequestLabelEvents).all(project, iid, pages),
      );
      return events.toSorted(byTime);
    },
    pipelines: (project, iid, options) =>
      askForList(
        connection,
        about.request(project, iid, 'pipelines of'),
        records.pipeline,
        { ...options, limit: PIPELINES },
        (call, pages) => call.on(MergeRequests).allPipelines(project, iid, pages),
      ),
    branchHead: (project, branch, options) =>
      absent(['branch', undefined], () =>
        ask(connection, about.branch(project, branch), records.branch, options, (call) =>
          call.on(Branches).show(project, branch),
        ),
      ),
  };
}

/** Newer servers tell it, of personal, project and group tokens only. */
async function tokenScopes(connection: Connection, options: Parameters<GitLabReads['tokenScopes']>[0]) {
  const { token, tokenKind } = connection;
  if (tokenKind === 'job' || isOAuth(await token.get())) return undefined;
  return absent(['insufficient-scope', undefined], () =>
    ask(
      connection,
      { act: 'say what the token may do', thing: 'such token' },
      records.tokenScopes,
      options,
      (call) => call.on(PersonalAccessTokens).show(),
    ),
  );
}

/** Undefined where there is no such thing; a missing project is a failure all the same. */
async function absent<T>(
  details: readonly (string | undefined)[],
  read: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    const missing = error instanceof PortFailure && (error.status === 404 || error.status === 403);
    if (missing && details.includes(error.detail)) return undefined;
    throw error;
  }
}

function byTime(a: { readonly createdAt: string }, b: { readonly createdAt: string }): number {
  return (Date.parse(a.createdAt) || 0) - (Date.parse(b.createdAt) || 0);
}
