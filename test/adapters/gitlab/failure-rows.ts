import type { FailureReason } from '../../../src/ports/failure.ts';
import type { GitLab } from '../../../src/ports/gitlab.ts';

const P = 'service/app';
export const SHA = 'a'.repeat(40);

type Ask = (gitlab: GitLab) => Promise<unknown>;
const revert: Ask = (gitlab) => gitlab.revert(P, SHA, 'rollback-1');
const open: Ask = (gitlab) =>
  gitlab.createMergeRequest({
    sourceProject: P,
    targetProject: 1,
    sourceBranch: 'rollback-1',
    targetBranch: 'master',
    title: 'Revert',
    description: '',
  });
const branch: Ask = (gitlab) => gitlab.createBranch(P, 'rollback-1', 'master');
export const file: Ask = (gitlab) => gitlab.file(P, 'data/app.yml', 'master');
const me: Ask = (gitlab) => gitlab.me();
export const commit: Ask = (gitlab) =>
  gitlab.commitFile({
    project: P,
    branch: 'rollback-1',
    message: 'Set the version',
    path: 'data/app.yml',
    content: 'ref: a',
    lastCommitId: SHA,
  });

interface Row {
  readonly name: string;
  readonly ask: Ask;
  readonly code: number;
  readonly body: unknown;
  readonly reason: FailureReason;
  readonly detail?: string;
  readonly says: RegExp;
  readonly next: RegExp;
}

const sorry =
  'Sorry, we cannot revert this commit automatically. This commit may already have been reverted.';

/** What GitLab answers, and what must be said of it. */
export const ROWS: readonly Row[] = [
  {
    name: 'a revert that conflicts',
    ask: revert,
    code: 400,
    body: { message: sorry, error_code: 'conflict' },
    reason: 'invalid',
    detail: 'conflict',
    says: /cannot be reverted by itself on branch rollback-1: later commits changed the same lines/,
    next: /by hand/,
  },
  {
    name: 'a revert with nothing left',
    ask: revert,
    code: 400,
    body: { message: sorry, error_code: 'empty' },
    reason: 'invalid',
    detail: 'empty',
    says: /nothing left to revert/,
    next: /reverted it already/,
  },
  {
    name: 'a revert refused without a code, as older servers do',
    ask: revert,
    code: 400,
    body: {
      message: 'Sorry, we cannot revert this commit automatically. A more recent commit may have updated it',
    },
    reason: 'invalid',
    detail: 'conflict',
    says: /reverted already, or later commits/,
    next: /history of the file/,
  },
  {
    name: 'no right to push',
    ask: revert,
    code: 403,
    body: { message: '403 Forbidden - You are not allowed to push into this branch' },
    reason: 'forbidden',
    detail: 'no-push',
    says: /may not push to branch rollback-1 in service\/app/,
    next: /fork/,
  },
  {
    name: 'a branch that is not there',
    ask: revert,
    code: 404,
    body: { message: '404 Branch Not Found' },
    reason: 'not-found',
    detail: 'branch',
    says: /no branch rollback-1 in service\/app/,
    next: /make it anew/,
  },
  {
    name: 'a branch that exists',
    ask: branch,
    code: 400,
    body: { message: 'Branch already exists' },
    reason: 'conflict',
    detail: 'branch-exists',
    says: /Branch rollback-1 exists already in service\/app/,
    next: /earlier try/,
  },
  {
    name: 'a file that changed meanwhile',
    ask: commit,
    code: 400,
    body: { message: 'The file has changed since you started editing it: data/app.yml' },
    reason: 'conflict',
    detail: 'file-changed',
    says: /has changed since it was read/,
    next: /Read it anew/,
  },
  {
    name: 'a merge request that exists',
    ask: open,
    code: 409,
    body: { message: ['Another open merge request already exists for this source branch: !12'] },
    reason: 'conflict',
    detail: 'merge-request-exists',
    says: /has an open merge request already: !12\./,
    next: /Go on with that one/,
  },
  {
    name: 'a merge request between projects that are not related',
    ask: open,
    code: 422,
    body: { message: { validate_fork: ['Source project is not a fork of the target project'] } },
    reason: 'invalid',
    detail: 'not-a-fork',
    says: /not a fork/,
    next: /Fork/,
  },
  {
    name: 'a merge request of a branch into itself',
    ask: open,
    code: 422,
    body: { message: { branch_conflict: ["You can't use same project/branch for source and target"] } },
    reason: 'invalid',
    detail: 'same-branch',
    says: /same branch/,
    next: /branch of its own/,
  },
  {
    name: 'a merge request by an outsider',
    ask: open,
    code: 422,
    body: { message: { project_access: ['denied'] } },
    reason: 'forbidden',
    detail: 'project-access',
    says: /may not open a merge request/,
    next: /members/,
  },
  {
    name: 'a merge request that is not valid',
    ask: open,
    code: 422,
    body: { message: { base: ['Title is too long'], title: ["can't be blank"] } },
    reason: 'invalid',
    says: /refused to open a merge request .*: Title is too long; title can't be blank\./,
    next: /plan again/,
  },
  {
    name: 'a head that moved',
    ask: open,
    code: 409,
    body: { message: `SHA does not match HEAD of source branch: ${'d'.repeat(40)}` },
    reason: 'conflict',
    detail: 'head-moved',
    says: /head is now dddddddddddd\./,
    next: /rebased/,
  },
  {
    name: 'what cannot be merged now',
    ask: open,
    code: 405,
    body: { message: '405 Method Not Allowed' },
    reason: 'conflict',
    says: /will not open .* as things are now\./,
    next: /checks, holds/,
  },
  ...[406, 422].map(
    (code): Row => ({
      name: `branches that cannot be merged (${code})`,
      ask: open,
      code,
      body: { message: 'Branch cannot be merged' },
      reason: 'conflict',
      detail: 'cannot-merge',
      says: /cannot be merged/,
      next: /Rebase/,
    }),
  ),
  {
    name: 'a token that is not accepted',
    ask: me,
    code: 401,
    body: { message: '401 Unauthorized' },
    reason: 'unauthorized',
    says: /did not accept the token/,
    next: /GITLAB_TOKEN/,
  },
  {
    name: 'a token that has expired',
    ask: me,
    code: 401,
    body: {
      error: 'invalid_token',
      error_description: 'Token is expired. You can either do re-authorization.',
    },
    reason: 'unauthorized',
    says: /no longer accepts the token: Token is expired/,
    next: /new token/,
  },
  {
    name: 'a token with too narrow a scope',
    ask: revert,
    code: 403,
    body: {
      error: 'insufficient_scope',
      error_description: 'The request requires higher privileges',
      scope: 'api',
    },
    reason: 'forbidden',
    detail: 'insufficient-scope',
    says: /lacks the scope api\./,
    next: /scope api and/,
  },
  {
    name: 'any other refusal',
    ask: file,
    code: 403,
    body: { message: '403 Forbidden - Your account has been blocked' },
    reason: 'forbidden',
    says: /may not read the file data\/app\.yml at master of service\/app: Your account has been blocked\./,
    next: /Developer role in service\/app/,
  },
  {
    name: 'a project that is private, or not there',
    ask: file,
    code: 404,
    body: { message: '404 Project Not Found' },
    reason: 'not-found',
    detail: 'project',
    says: /no project service\/app at .* that this token can see/,
    next: /members/,
  },
  {
    name: 'a file that is not there',
    ask: file,
    code: 404,
    body: { message: '404 File Not Found' },
    reason: 'not-found',
    detail: 'file',
    says: /no file data\/app\.yml at master in service\/app/,
    next: /moved/,
  },
  {
    name: 'an endpoint that an old server does not have',
    ask: me,
    code: 404,
    body: { error: '404 Not Found' },
    reason: 'not-found',
    says: /no such user/,
    next: /member/,
  },
  {
    name: 'maintenance',
    ask: revert,
    code: 503,
    body: { message: 'GitLab is undergoing maintenance and is operating in a read-only mode.' },
    reason: 'disconnected',
    detail: 'maintenance',
    says: /is under maintenance/,
    next: /Wait until it is over/,
  },
  {
    name: 'an error of its own',
    ask: revert,
    code: 500,
    body: { message: '500 Internal Server Error' },
    reason: 'unexpected',
    says: /failed \(500\)/,
    next: /whether it happened all the same/,
  },
  {
    name: 'a status that nobody expects',
    ask: me,
    code: 418,
    body: { message: ['short', { and: 'stout' }] },
    reason: 'unexpected',
    says: /answered 418 .*: short; and stout\./,
    next: /those who run GitLab/,
  },
];
