import { existsSync, readFileSync, statSync } from 'node:fs';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type RunningSandbox, runSandbox } from './sandbox-process.ts';

const SMALL = { preset: 'banking-app', prometheus: true };

let sandbox: RunningSandbox | undefined;

afterEach(async () => {
  await sandbox?.stop();
  sandbox = undefined;
});

/** GET with nothing but what the kubeconfig says. */
async function getWith(
  kubeconfig: string,
  context: string,
  path: string,
): Promise<{ code: number; body: string }> {
  const config = parse(readFileSync(kubeconfig, 'utf8'));
  const user = config.contexts.find((item: { name: string }) => item.name === context).context.user;
  const { token } = config.users.find((item: { name: string }) => item.name === user).user;
  const { server, 'certificate-authority-data': authority } = config.clusters[0].cluster;
  return new Promise((resolve, reject) => {
    const ca = Buffer.from(authority, 'base64');
    const headers = { authorization: `Bearer ${token}` };
    request(server + path, { ca, headers }, async (response) => {
      resolve({ code: response.statusCode ?? 0, body: await text(response) });
    })
      .on('error', reject)
      .end();
  });
}

test('says where everything is, and lets in those with the kubeconfig', async () => {
  sandbox = await runSandbox(SMALL);
  const { kubeconfig, prometheus, audit } = sandbox.ready;
  expect(statSync(kubeconfig).mode & 0o777).toBe(0o600);
  const config = parse(readFileSync(kubeconfig, 'utf8'));
  expect(config['current-context']).toBe('sandbox');
  expect(config.contexts.map((item: { name: string }) => item.name)).toEqual(
    expect.arrayContaining(['sandbox', 'sandbox-admin', 'sandbox-viewer']),
  );
  expect(config.contexts[0].context.namespace).toBe('banking-app');
  const secrets = '/api/v1/namespaces/banking-app/secrets';
  expect((await getWith(kubeconfig, 'sandbox-admin', secrets)).code).toBe(200);
  expect((await getWith(kubeconfig, 'sandbox', secrets)).code).toBe(403);
  const query = await fetch(`${prometheus?.url}/api/v1/query?query=up`);
  expect(query.status).toBeLessThan(500);
  const apis = readFileSync(audit, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).api);
  expect(apis).toEqual(['kubernetes', 'kubernetes', 'prometheus']);
});

test('stops when told, taking the kubeconfig away and leaving the audit log', async () => {
  sandbox = await runSandbox(SMALL);
  sandbox.process.kill('SIGTERM');
  expect(await sandbox.exited).toBe(0);
  expect(existsSync(sandbox.ready.kubeconfig)).toBe(false);
  expect(existsSync(sandbox.ready.audit)).toBe(true);
});

test('stops with its parent', async () => {
  sandbox = await runSandbox(SMALL, '--with-parent');
  sandbox.process.stdin?.end();
  expect(await sandbox.exited).toBe(0);
});

test('stops when nobody uses it', async () => {
  sandbox = await runSandbox(SMALL, '--idle-exit', '0.1');
  expect(await sandbox.exited).toBe(0);
});
