import { systemClock } from '../../../src/adapters/clock.ts';
import { createGitLab, type GitLabOptions } from '../../../src/adapters/gitlab/gitlab.ts';
import type { PortFailure } from '../../../src/ports/failure.ts';
import type { GitLab } from '../../../src/ports/gitlab.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';

export const TOKEN = 'glpat-let-me-in';

/** The adapter against a loopback server. */
export function gitlabAt(url: string, options: Partial<GitLabOptions> = {}): GitLab {
  return createGitLab({ url, token: { value: TOKEN }, clock: systemClock, random: () => 0, ...options });
}

/** The failure that must come. */
export async function failureOf(promise: Promise<unknown>): Promise<PortFailure> {
  return promise.then(
    (value) => {
      throw new Error(`no failure, but ${JSON.stringify(value)}`);
    },
    (error: PortFailure) => error,
  );
}

export const COMMIT = {
  id: 'a'.repeat(40),
  parent_ids: ['b'.repeat(40)],
  title: 'chore: update shop prod version to 1a2b3c4',
  message: 'chore: update shop prod version to 1a2b3c4\n\nSee merge request service/app!7',
  author_name: 'Olga Ops',
  committed_date: '2026-11-01T10:00:00Z',
  web_url: 'https://gitlab.test/service/app/-/commit/aaaa',
  unknown_field: { kept: false },
};

export const MERGE_REQUEST = {
  iid: 7,
  project_id: 1,
  source_project_id: 2,
  title: 'Revert the release',
  description: null,
  state: 'opened',
  source_branch: 'revert-1',
  target_branch: 'master',
  author: { username: 'olga' },
  web_url: 'https://gitlab.test/service/app/-/merge_requests/7',
  sha: 'c'.repeat(40),
  labels: ['lgtm'],
  draft: false,
  has_conflicts: false,
  merge_status: 'can_be_merged',
};

/** `clock` stands still until it is told. */
export function stillClock(): FakeClock {
  return new FakeClock(Date.parse('2026-11-02T03:00:00Z'));
}
