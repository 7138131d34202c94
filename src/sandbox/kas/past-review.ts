import type { PastMergeRequest } from '../gitlab/forge.ts';
import type { Changes } from './foreseen-history.ts';
import { APP_SRE, APPROVERS, BOT, type Person } from './people.ts';
import { coverageReport, ownersReport } from './review-text.ts';
import { SAAS_FILE } from './saas-file.ts';

const MINUTE = 60_000;

/** A merge request of the past, as the history remembers it. */
export interface PastReview {
  readonly iid: number;
  readonly title: string;
  readonly description: string;
  readonly branch: string;
  readonly author: Person;
  readonly approver: Person;
  readonly opened: number;
  /** When it was merged. */
  readonly time: number;
  readonly era: 'squash' | 'ff' | 'merge';
  readonly changes: Changes;
  readonly sha: string;
  readonly mergeCommitSha?: string;
  readonly squashCommitSha?: string;
}

/** The same with its discussion, as the forge takes it. */
export function pastMergeRequest(review: PastReview, projectId: number): PastMergeRequest {
  const { iid, title, description, branch, author, approver, opened, time, era, sha } = review;
  const { mergeCommitSha, squashCommitSha, changes } = review;
  const paths = Object.keys(changes);
  const own = paths.includes(SAAS_FILE);
  const approvers = own ? APPROVERS : APP_SRE;
  const early = era === 'squash';
  const report = early
    ? ownersReport(approvers)
    : coverageReport(
        paths.map((path) => ({ path, status: 'approved' })),
        approvers,
      );
  return {
    projectId,
    iid,
    sourceBranch: branch,
    targetBranch: 'master',
    title,
    description,
    author: author.username,
    createdAt: opened,
    state: 'merged',
    endedAt: time,
    endedBy: BOT.username,
    sha,
    commits: [sha],
    ...(mergeCommitSha === undefined ? {} : { mergeCommitSha }),
    ...(squashCommitSha === undefined ? {} : { squashCommitSha }),
    labels: early
      ? ['approved', 'lgtm']
      : ['self-serviceable', 'bot/approved', ...(own ? ['saas-file-update'] : [])],
    notes: [
      { author: BOT.username, body: report, createdAt: opened + 2 * MINUTE },
      { author: approver.username, body: '/lgtm', createdAt: opened + (time - opened) * 0.7 },
      { author: BOT.username, body: 'added ~"bot/approved" label', createdAt: time - MINUTE, system: true },
    ],
  };
}
