import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/clock.ts';
import { createLeanReads } from '../../../src/adapters/kubernetes/lean-reads.ts';
import { plainContext } from '../../../src/adapters/kubernetes/plain-kubeconfig.ts';
import { apiServer, json, status, temporaryFolder } from '../api-server.ts';
import { list } from './watching.ts';

interface Parts {
  readonly cluster?: object;
  readonly user?: object;
  readonly context?: object;
}

function config({ cluster = {}, user = { token: 'secret' }, context = {} }: Parts = {}): string {
  return JSON.stringify({
    'current-context': 'here',
    clusters: [{ name: 'c', cluster: { server: 'https://cluster.test', ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u', ...context } }],
  });
}

function file(text: string): string {
  const path = join(temporaryFolder(), 'config');
  writeFileSync(path, text);
  return path;
}

describe('a plain context', () => {
  it('is read with its token, namespace and authority', () => {
    const ca = Buffer.from('an authority').toString('base64');
    const kubeconfig = file(
      config({ cluster: { 'certificate-authority-data': ca }, context: { namespace: 'shop' } }),
    );
    expect(plainContext({ kubeconfig, env: {} })).toEqual({
      context: { name: 'here', cluster: 'c', server: 'https://cluster.test', user: 'u', namespace: 'shop' },
      authorization: {
        headers: { Authorization: 'Bearer secret' },
        agent: undefined,
        rejectUnauthorized: true,
        ca: Buffer.from('an authority'),
      },
    });
    expect(plainContext({ kubeconfig, env: {}, namespace: 'other' })?.context.namespace).toBe('other');
  });

  it('is read from YAML, with files beside it', () => {
    const kubeconfig = file(
      'current-context: a\ncontexts: [{name: a, context: {cluster: a, user: a}}]\n' +
        'clusters: [{name: a, cluster: {server: "https://a.test", insecure-skip-tls-verify: true}}]\n' +
        'users: [{name: a, user: {client-certificate: a.pem, client-key: a.key}}]\n',
    );
    writeFileSync(join(kubeconfig, '../a.pem'), 'a certificate');
    writeFileSync(join(kubeconfig, '../a.key'), 'a key');
    expect(plainContext({ env: { KUBECONFIG: kubeconfig } })?.authorization).toMatchObject({
      rejectUnauthorized: false,
      cert: Buffer.from('a certificate'),
      key: Buffer.from('a key'),
    });
  });

  it.each<[string, Parts]>([
    ['an exec plugin', { user: { exec: { command: 'login' } } }],
    ['impersonation', { user: { token: 'x', as: 'someone' } }],
    ['a token that rotates in a file', { user: { tokenFile: '/token' } }],
    ['a proxy', { cluster: { 'proxy-url': 'http://proxy.test' } }],
    ['another name for TLS', { cluster: { 'tls-server-name': 'other' } }],
    ['a certificate that is not there', { user: { 'client-certificate': 'missing.pem' } }],
    ['no address', { cluster: { server: 'nowhere in particular' } }],
    ['no such user', { context: { user: 'nobody' } }],
  ])('is left to the full reader: %s', (_what, parts) => {
    expect(plainContext({ kubeconfig: file(config(parts)), env: {} })).toBeUndefined();
  });

  it.each([
    ['no file', { env: { HOME: '/nonexistent' } }],
    ['nowhere to look', { env: {} }],
    ['several files', { env: { KUBECONFIG: '/a:/b' } }],
  ])('is left to the full reader: %s', (_what, options) => {
    expect(plainContext(options)).toBeUndefined();
  });

  it.each(['', '[', '5', 'contexts: 5', '{'])('is left to the full reader: %j', (text) => {
    expect(plainContext({ kubeconfig: file(text), env: {} })).toBeUndefined();
  });
});

describe('reads without a client library', () => {
  it('ask nobody what every server serves', async () => {
    const server = await apiServer((_request, response) => list(response, '7', 'a'));
    const kubeconfig = file(config({ cluster: { server: server.url } }));
    const reads = createLeanReads({ clock: systemClock, env: {}, kubeconfig });
    const found = await reads?.list({ group: '', resource: 'pods' });
    expect(found?.items.map(({ metadata }) => metadata.name)).toEqual(['a']);
    expect(server.seen.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ['/api/v1/namespaces/default/pods', 'Bearer secret'],
    ]);
  });

  it('go on with the token of who logs in again, and with no other user', async () => {
    const server = await apiServer((request, response) => {
      if (request.headers.authorization === 'Bearer new') json(response, 200, { metadata: { name: 'a' } });
      else status(response, 401, 'Unauthorized', 'Unauthorized');
    });
    const kubeconfig = file(config({ cluster: { server: server.url } }));
    const reads = createLeanReads({ clock: systemClock, env: {}, kubeconfig });
    const get = () => reads?.get({ group: '', resource: 'pods', name: 'a' });
    await expect(get()).rejects.toMatchObject({ reason: 'unauthorized' });
    writeFileSync(kubeconfig, config({ cluster: { server: server.url }, user: { token: 'new' } }));
    await expect(get()).resolves.toMatchObject({ metadata: { name: 'a' } });
    writeFileSync(
      kubeconfig,
      config({ cluster: { server: 'https://elsewhere.test' }, user: { token: 'old' } }),
    );
    await expect(get()).resolves.toMatchObject({ metadata: { name: 'a' } });
  });

  it('cannot write', () => {
    const kubeconfig = file(config());
    const reads = createLeanReads({ clock: systemClock, env: {}, kubeconfig });
    expect(Object.keys(reads ?? {}).sort()).toEqual([
      'context',
      'get',
      'list',
      'servedVersion',
      'watch',
      'watchRows',
    ]);
  });
});
