import { because, type Explained, type Told } from './telling.ts';

interface Known {
  readonly status: readonly number[];
  readonly matches: (told: Told) => boolean;
  readonly explain: (told: Told) => Explained;
}

const says =
  (pattern: RegExp) =>
  ({ said }: Told): boolean =>
    pattern.test(said);

/** What GitLab is known to answer, most specific first; its status alone would say too little. */
const KNOWN: readonly Known[] = [
  {
    status: [400],
    matches: ({ body, said }) => body.errorCode === 'empty' || /nothing to revert/i.test(said),
    explain: ({ subject }) => ({
      reason: 'invalid',
      detail: 'empty',
      message: `There is nothing left to revert: ${branchOf(subject.branch)} no longer has what the commit brought.`,
      next: 'Somebody may have reverted it already; look at the history of the file.',
    }),
  },
  {
    status: [400],
    matches: ({ body }) => body.errorCode === 'conflict',
    explain: ({ subject }) => ({
      reason: 'invalid',
      detail: 'conflict',
      message: `The commit cannot be reverted by itself on ${branchOf(subject.branch)}: later commits changed the same lines.`,
      next: 'Set the version in the file by hand (a commit of its own), or revert the later commits first.',
    }),
  },
  {
    // older servers do not say which of the two it is; setting the file's text is right for both
    status: [400],
    matches: says(/cannot (revert|cherry-pick) this commit/i),
    explain: ({ subject }) => ({
      reason: 'invalid',
      detail: 'conflict',
      message: `The commit cannot be reverted by itself on ${branchOf(subject.branch)}: it is reverted already, or later commits changed the same lines.`,
      next: 'Look at the history of the file; then set the version by hand, if it is still needed.',
    }),
  },
  {
    status: [409],
    matches: says(/open merge request already exists/i),
    explain: ({ said, subject }) => {
      const iid = /!(\d+)/.exec(said)?.[1];
      return {
        reason: 'conflict',
        detail: 'merge-request-exists',
        message: `${upper(branchOf(subject.branch))} has an open merge request already${iid === undefined ? '' : `: !${iid}`}.`,
        next: 'Go on with that one; a second is not needed.',
      };
    },
  },
  {
    status: [400, 409],
    matches: says(/branch.*already exists|already exists.*branch/i),
    explain: ({ subject }) => ({
      reason: 'conflict',
      detail: 'branch-exists',
      message: `${upper(branchOf(subject.branch))} exists already${inProject(subject.project)}.`,
      next: 'See whether its newest commit is the one that is wanted: it may be left from an earlier try.',
    }),
  },
  {
    status: [400, 409],
    matches: says(/file (that )?has (been )?changed|update a file that has changed/i),
    explain: ({ subject }) => ({
      reason: 'conflict',
      detail: 'file-changed',
      message: `The file has changed since it was read, when asked to ${subject.act}.`,
      next: 'Read it anew, look at what has changed, then plan again.',
    }),
  },
  {
    status: [409],
    matches: says(/SHA (does not match|must be provided)/i),
    explain: ({ said }) => {
      const head = /[0-9a-f]{40}/.exec(said)?.[0];
      return {
        reason: 'conflict',
        detail: 'head-moved',
        message: `The branch has moved since it was read${head === undefined ? '' : `: its head is now ${head.slice(0, 12)}`}.`,
        next: 'A bot may have rebased it; look at what it has now, then plan again.',
      };
    },
  },
  {
    status: [401, 403],
    matches: ({ body }) => body.error === 'insufficient_scope',
    explain: ({ subject, body }) => ({
      reason: 'forbidden',
      detail: 'insufficient-scope',
      message: `The token may not ${subject.act}: it lacks the scope${
        body.scope === undefined
          ? ''
          : ` ${body.scope
              .trim()
              .split(/[\s,]+/)
              .join(' or ')}`
      }.`,
      next: `Make a token with the scope ${subject.write === true ? 'api' : 'read_api (api for writes)'} and give it as GITLAB_TOKEN.`,
    }),
  },
  {
    status: [403],
    matches: says(/not allowed to push|push into this branch/i),
    explain: ({ subject }) => ({
      reason: 'forbidden',
      detail: 'no-push',
      message: `The user of the token may not push to ${branchOf(subject.branch)}${inProject(subject.project)}.`,
      next: 'It may be protected, or you may not be a member: use a fork of yours, or ask for the Developer role.',
    }),
  },
  {
    // a token that is not accepted at all says so in 'error'
    status: [401],
    matches: ({ subject, body }) => subject.act.startsWith('merge ') && body.error === undefined,
    explain: ({ subject }) => ({
      reason: 'forbidden',
      message: `The user of the token may not ${subject.act}.`,
      next: 'Leave the merge to the bot, or to someone who has the right.',
    }),
  },
  {
    status: [404],
    matches: says(/Project Not Found/i),
    explain: ({ subject, host, authorized }) => ({
      reason: 'not-found',
      detail: 'project',
      message: `There is no project ${subject.project ?? ''} at ${host} that ${authorized ? 'this token' : 'the public'} can see.`,
      next: authorized
        ? 'Check its path; a private project is shown to its members alone, so ask to be one.'
        : 'Check its path; give a token (GITLAB_TOKEN), if it is private.',
    }),
  },
  {
    status: [404],
    matches: says(/Branch Not Found/i),
    explain: ({ subject }) => ({
      reason: 'not-found',
      detail: 'branch',
      message: `There is no ${branchOf(subject.branch)}${inProject(subject.project)}.`,
      next: 'It may have been deleted with its merge request; make it anew.',
    }),
  },
  {
    status: [404],
    matches: says(/File Not Found/i),
    explain: ({ subject }) => ({
      reason: 'not-found',
      detail: 'file',
      message: `There is no ${subject.thing}.`,
      next: 'Check its path; it may have been moved.',
    }),
  },
  {
    status: [404],
    matches: says(/(Commit|Tree|Ref\w*|Revision)\b.*Not Found/i),
    explain: ({ subject }) => ({
      reason: 'not-found',
      detail: 'commit',
      message: `There is no ${subject.thing}: the commit or branch is not known there.`,
      next: 'Check the commit; it may be in another project, or never have been pushed.',
    }),
  },
  {
    status: [503],
    matches: says(/maintenance|read-only/i),
    explain: ({ host, subject, said }) => ({
      reason: 'disconnected',
      detail: 'maintenance',
      message: `GitLab at ${host} is under maintenance, when asked to ${subject.act}${because(said)}`,
      next: 'Wait until it is over, or ask those who run GitLab how long it will be.',
    }),
  },
  {
    status: [406, 422],
    matches: says(/cannot be merged/i),
    explain: ({ subject, said }) => ({
      reason: 'conflict',
      detail: 'cannot-merge',
      message: `The branches cannot be merged when asked to ${subject.act}${because(said)}`,
      next: 'Rebase the branch, or resolve the conflicts, then plan again.',
    }),
  },
  {
    status: [422],
    matches: says(/not a fork|validate_fork/i),
    explain: ({ subject }) => ({
      reason: 'invalid',
      detail: 'not-a-fork',
      message: `GitLab refused to ${subject.act}: the source is not a fork of the target project.`,
      next: 'Fork the target project, and push the branch there.',
    }),
  },
  {
    status: [422],
    matches: says(/can'?t use same (project\/)?branch|branch_conflict/i),
    explain: ({ subject }) => ({
      reason: 'invalid',
      detail: 'same-branch',
      message: `GitLab refused to ${subject.act}: source and target are the same branch.`,
      next: 'Use a branch of its own for the revert.',
    }),
  },
  {
    status: [403, 422],
    matches: says(/project[_ ]access|not allowed to (access|create)/i),
    explain: ({ subject, said }) => ({
      reason: 'forbidden',
      detail: 'project-access',
      message: `The user of the token may not ${subject.act}${because(said)}`,
      next: 'Merge requests may be limited to members there; ask to be one.',
    }),
  },
];

/** The sentence for an answer that is known by its words; undefined when its status must do. */
export function byMessage(told: Told): Explained | undefined {
  return KNOWN.find((each) => each.status.includes(told.status) && each.matches(told))?.explain(told);
}

function branchOf(branch: string | undefined): string {
  return branch === undefined ? 'the branch' : `branch ${branch}`;
}

function inProject(project: string | undefined): string {
  return project === undefined ? '' : ` in ${project}`;
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
