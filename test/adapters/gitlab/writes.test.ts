import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/clock.ts';
import { connectTo, readOnly } from '../../../src/adapters/gitlab/connection.ts';
import { readsOver } from '../../../src/adapters/gitlab/reads.ts';
import { writesOver } from '../../../src/adapters/gitlab/writes.ts';
import { apiServer, json, type Seen } from '../api-server.ts';
import { COMMIT, failureOf, gitlabAt, MERGE_REQUEST } from './loopback.ts';

const P = 'service/app';
const BASE = '/api/v4/projects/service%2Fapp';
const SHA = 'a'.repeat(40);

const request = {
  project: P,
  branch: 'rollback-1',
  message: 'Set the version back\n\nWhy: it fails.',
  path: 'data/app.yml',
  content: 'ref: camelCaseStays\n',
  lastCommitId: SHA,
  startProject: 1,
};

async function accepting(body: unknown, head?: string) {
  const server = await apiServer((seen, response) => {
    if (seen.method === 'POST') json(response, 201, body);
    else if (head === undefined) json(response, 404, { message: '404 Branch Not Found' });
    else json(response, 200, { commit: { id: head } });
  });
  const posts = () => server.seen.filter(({ method }) => method === 'POST').map(told);
  return { gitlab: gitlabAt(server.url), posts, url: server.url };
}

function told({ url, body, headers }: Seen) {
  return { url, body: JSON.parse(body) as unknown, type: headers['content-type'] };
}

describe('writes to GitLab', () => {
  it('make a branch', async () => {
    const { gitlab, posts } = await accepting({ name: 'rollback-1', commit: { id: SHA } });
    expect(await gitlab.createBranch(P, 'rollback-1', 'master')).toBe(SHA);
    expect(posts()).toEqual([
      {
        url: `${BASE}/repository/branches`,
        body: { branch: 'rollback-1', ref: 'master' },
        type: 'application/json',
      },
    ]);
  });

  it('revert a commit', async () => {
    const { gitlab, posts } = await accepting(COMMIT);
    expect(await gitlab.revert(P, SHA, 'rollback-1')).toMatchObject({ id: COMMIT.id, author: 'Olga Ops' });
    expect(posts()).toMatchObject([
      { url: `${BASE}/repository/commits/${SHA}/revert`, body: { branch: 'rollback-1' } },
    ]);
  });

  it.each([
    ['master', { start_branch: 'master', start_project: 1 }],
    [SHA, { start_sha: SHA, start_project: 1 }],
  ])('commit a file to a branch that begins at %s', async (startRef, start) => {
    const { gitlab, posts } = await accepting(COMMIT);
    await gitlab.commitFile({ ...request, startRef });
    expect(posts()).toMatchObject([
      {
        url: `${BASE}/repository/commits`,
        body: {
          branch: 'rollback-1',
          commit_message: request.message,
          actions: [
            { action: 'update', file_path: 'data/app.yml', content: request.content, last_commit_id: SHA },
          ],
          ...start,
        },
      },
    ]);
  });

  it('commit a file to a branch that is there', async () => {
    const { gitlab, posts } = await accepting(COMMIT, SHA);
    await gitlab.commitFile({ ...request, startRef: 'master' });
    expect(posts()).toHaveLength(1);
    expect(posts()[0]?.body).not.toHaveProperty('start_branch');
    expect(posts()[0]?.body).not.toHaveProperty('start_project');
  });

  it('open a merge request into another project', async () => {
    const { gitlab, posts } = await accepting(MERGE_REQUEST);
    const description = 'Back to 1a2b3c4.\n\nEvidence: https://x.test/?a=1&b=2 «ünïcode»';
    const opened = await gitlab.createMergeRequest({
      sourceProject: 'olga/app',
      targetProject: 1,
      sourceBranch: 'rollback-1',
      targetBranch: 'master',
      title: 'Revert',
      description,
    });
    expect(opened).toMatchObject({ iid: 7, projectId: 1, sourceProjectId: 2 });
    expect(posts()).toMatchObject([
      {
        url: '/api/v4/projects/olga%2Fapp/merge_requests',
        body: {
          source_branch: 'rollback-1',
          target_branch: 'master',
          title: 'Revert',
          description,
          target_project_id: 1,
        },
      },
    ]);
  });

  it('comment', async () => {
    const { gitlab, posts } = await accepting({
      id: 1,
      author: { username: 'olga' },
      body: 'x',
      created_at: 't',
    });
    expect(await gitlab.comment(P, 7, 'Back again.')).toMatchObject({ author: 'olga' });
    expect(posts()).toMatchObject([{ url: `${BASE}/merge_requests/7/notes`, body: { body: 'Back again.' } }]);
  });

  it('leave in doubt what was answered with something else', async () => {
    const { gitlab } = await accepting({ dry_run: 'success' });
    expect(await failureOf(gitlab.revert(P, SHA, 'x'))).toMatchObject({ reason: 'unexpected' });
  });

  it('cannot leave over a connection that reads', async () => {
    const { url, posts } = await accepting(COMMIT);
    const reading = readOnly(connectTo({ url, clock: systemClock }));
    const writes = writesOver(reading, readsOver(reading));
    for (const attempt of [
      () => writes.createBranch(P, 'x', 'master'),
      () => writes.revert(P, SHA, 'x'),
      () => writes.commitFile(request),
      () => writes.comment(P, 7, 'x'),
    ])
      expect(await failureOf(attempt())).toMatchObject({ reason: 'read-only' });
    expect(posts()).toEqual([]);
  });
});
