import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { SAAS_FILE } from '../../../src/sandbox/kas/saas-file.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/main.ts';
import { systemClock } from '../../../src/sandbox/world/system-clock.ts';
import { temporaryFolder } from '../git/test-repository.ts';

const PROJECT = `/projects/${encodeURIComponent('service/app-interface')}`;
const FORK = `/projects/${encodeURIComponent('operator/app-interface')}`;
const PATIENCE_MS = 20_000;

async function running(world: Readonly<Record<string, unknown>>): Promise<Sandbox['ready']> {
  const failures: unknown[] = [];
  const sandbox = await startSandbox(
    { preset: 'kas-fleet-manager', years: 0.6, timeScale: 20, ...world },
    { folder: temporaryFolder(), clock: systemClock(), onError: (error) => failures.push(error) },
  );
  onTestFinished(async () => {
    await sandbox.stop();
    expect(failures).toEqual([]);
  });
  return sandbox.ready;
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it knows to be there
type Body = any;

function gitlab({ gitlab: server }: Sandbox['ready']) {
  return async (path: string, post?: unknown, token = server?.token ?? ''): Promise<Body> => {
    const response = await fetch(`${server?.url}/api/v4${path}`, {
      headers: { 'private-token': token, 'content-type': 'application/json' },
      ...(post === undefined ? {} : { method: 'POST', body: JSON.stringify(post) }),
    });
    const body = await response.json();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(body)}`);
    return body;
  };
}

/** As the operator's kubeconfig says. */
function kubernetes({ kubeconfig }: Sandbox['ready']) {
  const { clusters, users } = parse(readFileSync(kubeconfig, 'utf8'));
  const token = users.find(({ name }: { name: string }) => name.includes('operator')).user.token;
  return (path: string): Promise<Body> =>
    new Promise((resolve, reject) => {
      const options = { headers: { authorization: `Bearer ${token}` }, rejectUnauthorized: false };
      request(new URL(path, clusters[0].cluster.server), options, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part) => {
          text += part;
        });
        response.on('end', () => resolve(JSON.parse(text)));
      })
        .on('error', reject)
        .end();
    });
}

async function until<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`In vain: ${JSON.stringify(answer).slice(0, 2000)}`);
  }
}

async function served(api: ReturnType<typeof kubernetes>, environment: string): Promise<string[]> {
  const namespace = `/api/v1/namespaces/managed-services-${environment}`;
  const pods = await api(`${namespace}/pods`);
  return Promise.all(
    pods.items.map(async ({ metadata }: Body) => {
      const answer = await api(`${namespace}/pods/https:${metadata.name}:8000/proxy/api/kafkas_mgmt/v1`);
      return answer.server_version ?? answer.message;
    }),
  );
}

test('the whole policy by HTTP alone: found, reverted in the fork, approved, merged, deployed', async () => {
  const ready = await running({});
  const api = gitlab(ready);
  const cluster = kubernetes(ready);

  const commits = await api(
    `${PROJECT}/repository/commits?path=${encodeURIComponent(SAAS_FILE)}&per_page=20`,
  );
  const promotion = commits.find(({ title }: Body) => / prod version to /.test(title));
  const [bad] = promotion.title.split(' ').slice(-1);
  expect(new Set(await served(cluster, 'production'))).toEqual(new Set([bad]));

  const [review] = await api(`${PROJECT}/repository/commits/${promotion.id}/merge_requests`);
  const link = /(http\S+)\/-\/compare\/(\w{40})\.{3}(\w{40})/.exec(review.description);
  expect(link?.[1]).toBe(`${ready.gitlab?.url}/service/kas-fleet-manager`);
  const [, , good, to] = link ?? [];
  expect(to).toBe(bad);
  const compared = await fetch(
    `${ready.github?.url}/repos/bf2fc6cc711aee1a0c2a/kas-fleet-manager/compare/${good}...${bad}`,
  ).then((response) => response.json() as Promise<Body>);
  expect(compared.status).toBe('ahead');
  expect(compared.commits.length).toBeGreaterThan(0);

  const branch = { branch: 'rollback', ref: 'master' };
  await api(`${FORK}/repository/branches`, branch);
  await api(`${FORK}/repository/commits/${promotion.id}/revert`, { branch: 'rollback' });
  const { id } = await api(PROJECT);
  const opened = await api(`${FORK}/merge_requests`, {
    source_branch: 'rollback',
    target_branch: 'master',
    target_project_id: id,
    title: `Revert "${promotion.title}"`,
  });
  const path = `${PROJECT}/merge_requests/${opened.iid}`;
  await until(
    () => api(path),
    ({ state }) => state === 'merged',
  );
  const notes: Body[] = await api(`${path}/notes?sort=asc`);
  expect(notes.map(({ body }) => body)).toContain('/lgtm');
  expect(notes.some(({ body }) => body.startsWith('Change coverage report'))).toBe(true);

  await until(
    () => served(cluster, 'production'),
    (versions) => versions.length === 3 && versions.every((version) => version === good),
  );
  expect(new Set(await served(cluster, 'stage'))).toEqual(new Set([bad]));
}, 60_000);

test('a migration hidden behind 300 files is in the tree and not in the comparison', async () => {
  const ready = await running({ release: { migration: 'blocking', files: 320 } });
  const api = gitlab(ready);
  const commits = await api(`${PROJECT}/repository/commits?path=${encodeURIComponent(SAAS_FILE)}`);
  const [bad, good] = commits
    .filter(({ title }: Body) => / prod version to /.test(title))
    .map(({ title }: Body) => title.split(' ').at(-1));
  const github = (path: string) =>
    fetch(`${ready.github?.url}/repos/bf2fc6cc711aee1a0c2a/kas-fleet-manager${path}`).then(
      (response) => response.json() as Promise<Body>,
    );
  const { files } = await github(`/compare/${good}...${bad}`);
  const isMigration = ({ filename, path = filename }: Body) => path.includes('remove_kafka_placement_id');
  expect([files.length, files.some(isMigration)]).toEqual([300, false]);
  const trees = await Promise.all([good, bad].map((sha) => github(`/git/trees/${sha}?recursive=1`)));
  expect(trees.map(({ tree }) => tree.some(isMigration))).toEqual([false, true]);
}, 60_000);
