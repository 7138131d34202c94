import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/adapters/clock.ts';
import { createKubernetes } from '../../../src/adapters/kubernetes/kubernetes.ts';
import type { Kubernetes } from '../../../src/ports/kubernetes.ts';
import { type RunningSandbox, runSandbox } from '../sandbox-process.ts';

const command = (text: string) => ({ subresource: 'exec', command: text });

const WORLD = {
  preset: 'banking-app',
  timeScale: 20,
  prometheus: false,
  faults: [
    {
      id: 'breaks-off',
      when: { request: command('^sh -c echo begun') },
      actions: [{ do: 'break-off', seconds: 2 }],
    },
    {
      id: 'unanswered',
      when: { request: command('^touch /tmp/unanswered') },
      actions: [{ do: 'drop-answer' }],
    },
    {
      id: 'dropped',
      when: { request: command('^touch /tmp/dropped') },
      actions: [{ do: 'drop-connection' }],
    },
    {
      id: 'refused',
      when: { request: command('^touch /tmp/refused') },
      actions: [{ do: 'respond', code: 403 }],
    },
  ],
};

describe('exec in the sandbox', () => {
  let sandbox: RunningSandbox;
  let kube: Kubernetes;
  let pod: string;
  const as = (context: string) =>
    createKubernetes({ clock: systemClock, kubeconfig: sandbox.ready.kubeconfig, context, env: {} });
  const run = (...argv: [string, ...string[]]) => kube.exec({ pod, argv });

  beforeAll(async () => {
    sandbox = await runSandbox(WORLD);
    kube = as('sandbox');
    const { items } = await kube.list({ group: '', resource: 'pods', labelSelector: 'app=frontend-blue' });
    pod = items[0]?.metadata.name ?? '';
  });

  afterAll(() => sandbox.stop());

  test('tells the streams apart, and the exit code', async () => {
    expect(await run('sh', '-c', 'echo out; echo err >&2; exit 3')).toMatchObject({
      exitCode: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  test('ends the input', async () => {
    expect(await kube.exec({ pod, argv: ['wc', '-c'], stdin: 'ä'.repeat(50_000) })).toMatchObject({
      stdout: expect.stringContaining('100000'),
    });
  });

  test('keeps files as long as the container lives', async () => {
    await run('sh', '-c', 'echo kept > /tmp/note');
    expect(await run('cat', '/tmp/note')).toMatchObject({ stdout: 'kept\n' });
  });

  test('has no such program, by name and by path', async () => {
    const missing = { reason: 'not-found', detail: 'no-such-program' };
    await expect(run('nosuch')).rejects.toMatchObject(missing);
    await expect(run('/opt/nosuch')).rejects.toMatchObject(missing);
  });

  test('refuses in the words of a real server', async () => {
    await expect(as('sandbox-viewer').exec({ pod, argv: ['ls'] })).rejects.toMatchObject({
      reason: 'forbidden',
      message: `User "viewer" may not get pod/${pod} (exec) in namespace banking-app.`,
    });
    await expect(kube.exec({ pod: 'nosuch', argv: ['ls'] })).rejects.toMatchObject({ reason: 'not-found' });
    await expect(kube.exec({ pod, container: 'nosuch', argv: ['ls'] })).rejects.toMatchObject({
      reason: 'invalid',
      message: expect.stringContaining(`container nosuch is not valid for pod ${pod}`),
    });
  });

  test('breaks off while the program goes on', async () => {
    await expect(
      run('sh', '-c', 'echo begun > /tmp/begun; sleep 1; echo done > /tmp/done'),
    ).rejects.toMatchObject({ reason: 'disconnected', detail: 'outcome-unknown' });
    await expect.poll(async () => (await run('cat', '/tmp/done')).stdout).toBe('done\n');
  });

  test('runs a program whose end is never told, and none whose connection was dropped', async () => {
    await expect(run('touch', '/tmp/unanswered')).rejects.toMatchObject({ reason: 'disconnected' });
    await expect(run('touch', '/tmp/dropped')).rejects.toMatchObject({ reason: 'disconnected' });
    await expect(run('touch', '/tmp/refused')).rejects.toMatchObject({ reason: 'forbidden' });
    expect((await run('ls', '/tmp')).stdout.split('\n')).toEqual(expect.arrayContaining(['unanswered']));
    expect((await run('ls', '/tmp')).stdout).not.toMatch(/dropped|refused/);
  });

  test('answers a request that is not upgraded', async () => {
    const { url, token } = sandbox.ready.control;
    expect(url).not.toBe('');
    const config = readFileSync(sandbox.ready.kubeconfig, 'utf8');
    const server = /server: "?(https:[^\s"]+)/.exec(config)?.[1] ?? '';
    const path = `/api/v1/namespaces/banking-app/pods/${pod}/exec?command=ls&stdout=true`;
    const { status, message } = await unupgraded(`${server}${path}`, token);
    expect({ status, message }).toEqual({ status: 400, message: 'Upgrade request required' });
  });

  test('is written to the audit log', () => {
    const lines = readFileSync(sandbox.ready.audit, 'utf8').trim().split('\n');
    const entries = lines.map((line) => JSON.parse(line)).filter(({ path }) => path.includes('/exec?'));
    expect(entries).toContainEqual(expect.objectContaining({ user: 'operator', verb: 'get', code: 101 }));
    expect(entries).toContainEqual(expect.objectContaining({ user: 'viewer', verb: 'get', code: 403 }));
  });
});

test('a pod takes the files of its containers with it, and the sandbox all of them', async () => {
  const sandbox = await runSandbox(WORLD);
  const folder = join(sandbox.folder, 'containers');
  try {
    const kube = createKubernetes({
      clock: systemClock,
      kubeconfig: sandbox.ready.kubeconfig,
      context: 'sandbox-admin',
      env: {},
    });
    const { items } = await kube.list({ group: '', resource: 'pods', labelSelector: 'app=frontend-blue' });
    const [first, second] = items.map(({ metadata }) => metadata);
    for (const pod of [first, second])
      await kube.exec({ pod: pod?.name ?? '', argv: ['touch', '/tmp/here'] });
    expect(readdirSync(folder)).toHaveLength(2);
    await kube.delete({ target: { group: '', resource: 'pods', name: first?.name ?? '' } });
    await expect.poll(() => readdirSync(folder)).toEqual([second?.uid]);
    sandbox.process.kill();
    await sandbox.exited;
    expect(existsSync(folder)).toBe(false);
  } finally {
    await sandbox.stop();
  }
});

describe('exec in a sandbox of Kubernetes 1.29', () => {
  test('knows no way to end the input', async () => {
    const sandbox = await runSandbox({ ...WORLD, cluster: { version: 'v1.29.4' } });
    try {
      const kube = createKubernetes({ clock: systemClock, kubeconfig: sandbox.ready.kubeconfig, env: {} });
      const { items } = await kube.list({ group: '', resource: 'pods', labelSelector: 'app=frontend-blue' });
      const pod = items[0]?.metadata.name ?? '';
      await expect(kube.exec({ pod, argv: ['cat'], stdin: 'x' })).rejects.toMatchObject({
        reason: 'not-served',
      });
      await expect(kube.exec({ pod, argv: ['echo', 'x'] })).resolves.toMatchObject({ stdout: 'x\n' });
    } finally {
      await sandbox.stop();
    }
  });
});

/** The sandbox's certificate is its own; what is asked here is no secret. */
async function unupgraded(address: string, token: string): Promise<{ status: number; message: string }> {
  const { request } = await import('node:https');
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    request(address, { headers, rejectUnauthorized: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const { message } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
        resolve({ status: response.statusCode ?? 0, message });
      });
    })
      .on('error', reject)
      .end();
  });
}
