import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer, type ServerOptions } from 'node:https';
import { type AddressInfo, connect as dial } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createServerCertificate } from '../../../src/sandbox/certificate.ts';
import { apiServer, connect, json, kubeconfig, status, temporaryFolder } from '../api-server.ts';

const service = { group: '', resource: 'services', name: 'web' };
const web = { metadata: { name: 'web' } };

const answer: RequestListener = (request, response) => {
  if (request.url === '/api/v1') json(response, 200, { resources: [{ name: 'services', namespaced: true }] });
  else json(response, 200, web);
};

async function tlsServer(options: ServerOptions): Promise<string> {
  const server = createServer(options, answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

describe('TLS', () => {
  it('trusts the authority of the kubeconfig', async () => {
    const own = createServerCertificate(Date.now());
    const server = await tlsServer(own);
    const cluster = { 'certificate-authority-data': base64(own.cert) };
    expect(await connect({ server, cluster }).get(service)).toEqual(web);
  });

  it('honours the authority even when the context has no user', async () => {
    const own = createServerCertificate(Date.now());
    const server = await tlsServer(own);
    const cluster = { 'certificate-authority-data': base64(own.cert) };
    expect(await connect({ server, cluster, context: { user: '' } }).get(service)).toEqual(web);
  });

  it('names an authority that is not known', async () => {
    const server = await tlsServer(createServerCertificate(Date.now()));
    await expect(connect(server).get(service)).rejects.toMatchObject({
      reason: 'tls',
      message: expect.stringContaining('signed by an authority that is not trusted'),
    });
  });

  it('names a certificate that has expired', async () => {
    const old = createServerCertificate(Date.now() - 400 * 24 * 3_600_000);
    const cluster = { 'certificate-authority-data': base64(old.cert) };
    await expect(connect({ server: await tlsServer(old), cluster }).get(service)).rejects.toMatchObject({
      reason: 'tls',
      message: expect.stringMatching(/has expired\.$/),
    });
  });

  it('names a certificate for another name than the one to expect', async () => {
    const own = createServerCertificate(Date.now());
    const cluster = { 'certificate-authority-data': base64(own.cert), 'tls-server-name': 'api.corp' };
    await expect(connect({ server: await tlsServer(own), cluster }).get(service)).rejects.toMatchObject({
      reason: 'tls',
      message: expect.stringContaining('issued for another name'),
    });
  });

  it('skips the check only when told to', async () => {
    const server = await tlsServer(createServerCertificate(Date.now()));
    expect(await connect({ server, cluster: { 'insecure-skip-tls-verify': true } }).get(service)).toEqual(
      web,
    );
  });

  it('shows a client certificate from files next to the kubeconfig', async () => {
    const home = temporaryFolder();
    const own = createServerCertificate(Date.now());
    const client = createServerCertificate(Date.now());
    const server = await tlsServer({ ...own, ca: client.cert, requestCert: true, rejectUnauthorized: true });
    for (const [name, text] of Object.entries({
      'ca.pem': own.cert,
      'me.pem': client.cert,
      'me.key': client.key,
    })) {
      writeFileSync(join(home, name), text);
    }
    const file = kubeconfig(
      {
        server,
        cluster: { 'certificate-authority': 'ca.pem' },
        user: { 'client-certificate': 'me.pem', 'client-key': 'me.key' },
      },
      join(home, 'config'),
    );
    expect(await connect(server, { kubeconfig: file }).get(service)).toEqual(web);
  });

  it('says so when https is spoken to a server that does not', async () => {
    const server = await apiServer((_request, response) => json(response, 200, web));
    await expect(connect(server.url.replace('http:', 'https:')).get(service)).rejects.toMatchObject({
      reason: 'tls',
    });
  });
});

describe('a proxy-url', () => {
  it('carries all requests, over a connection that is kept', async () => {
    const own = createServerCertificate(Date.now());
    const server = await tlsServer(own);
    const tunnels: Duplex[] = [];
    const proxy = createHttpServer();
    proxy.on('connect', (request, socket) => {
      tunnels.push(socket);
      const [host = '', port] = (request.url ?? '').split(':');
      const upstream = dial(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      upstream.on('error', () => socket.destroy());
      socket.on('error', () => upstream.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      for (const each of tunnels) each.destroy();
      return new Promise((resolve) => proxy.close(() => resolve()));
    });
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const cluster = { 'certificate-authority-data': base64(own.cert), 'proxy-url': url };
    const kubernetes = connect({ server, cluster });
    for (let count = 0; count < 3; count += 1) expect(await kubernetes.get(service)).toEqual(web);
    expect(tunnels).toHaveLength(1);
  });
});

describe('credentials', () => {
  const header = async (user: object) => {
    const server = await apiServer((_request, response) => json(response, 200, web));
    await connect({ server: server.url, user }).get(service);
    return server.seen[0]?.headers;
  };

  it('come as a token, a password, or nothing', async () => {
    expect((await header({ token: 'abc' }))?.authorization).toBe('Bearer abc');
    expect((await header({ username: 'olga', password: 'p:w' }))?.authorization).toBe(
      `Basic ${base64('olga:p:w')}`,
    );
    expect((await header({}))?.authorization).toBeUndefined();
  });

  it('carry every part of an impersonation', async () => {
    expect(
      await header({
        token: 'abc',
        as: 'ops',
        'as-groups': ['a', 'b'],
        'as-uid': '7',
        'as-user-extra': { 'corp/why': ['incident'] },
      }),
    ).toMatchObject({
      'impersonate-user': 'ops',
      'impersonate-group': 'a, b',
      'impersonate-uid': '7',
      'impersonate-extra-corp%2fwhy': 'incident',
    });
  });

  it('are read anew from a token file that rotates', async () => {
    const home = temporaryFolder();
    const server = await apiServer((_request, response) => json(response, 200, web));
    writeFileSync(join(home, 'token'), 'first\n');
    const file = kubeconfig({ server: server.url, user: { tokenFile: 'token' } }, join(home, 'config'));
    const cluster = connect(server.url, { kubeconfig: file });
    await cluster.get(service);
    writeFileSync(join(home, 'token'), 'second\n');
    await cluster.get(service);
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer first',
      'Bearer second',
    ]);
  });
});

describe('an exec plugin', () => {
  /** A login plugin that counts its runs and prints the next of these tokens. */
  function plugin(body: string, more: object = {}) {
    const home = temporaryFolder();
    const script = join(home, 'login');
    writeFileSync(script, `#!/bin/sh\necho run >> "${home}/runs"\n${body}\n`);
    chmodSync(script, 0o755);
    return {
      home,
      runs: () => readFileSync(join(home, 'runs'), 'utf8').trim().split('\n').length,
      user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: script, ...more } },
    };
  }
  const gives = (token: string, more = '') =>
    `printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"${more}}}' "${token}"`;

  it('is run once for many requests at the same time, and told about the cluster', async () => {
    const login = plugin(
      `printf '%s' "$KUBERNETES_EXEC_INFO" > "$(dirname "$0")/info"\n${gives('$LOGIN_TOKEN')}`,
      {
        env: [{ name: 'LOGIN_TOKEN', value: 'from-env' }],
        provideClusterInfo: true,
      },
    );
    const server = await apiServer((_request, response) => json(response, 200, web));
    const cluster = connect({ server: server.url, user: login.user });
    await Promise.all([cluster.get(service), cluster.get(service), cluster.get(service)]);
    expect(login.runs()).toBe(1);
    expect(server.seen[0]?.headers.authorization).toBe('Bearer from-env');
    expect(JSON.parse(readFileSync(join(login.home, 'info'), 'utf8'))).toMatchObject({
      kind: 'ExecCredential',
      spec: { interactive: false, cluster: { server: server.url } },
    });
  });

  it('is asked again when the server answers 401, even for a write, which did not happen then', async () => {
    const login = plugin(gives('token-$(wc -l < "$(dirname "$0")/runs" | tr -d " ")'));
    const server = await apiServer((request, response) => {
      if (request.headers.authorization === 'Bearer token-1')
        status(response, 401, 'Unauthorized', 'Unauthorized');
      else json(response, 200, web);
    });
    const cluster = connect({ server: server.url, user: login.user });
    await cluster.patch({ target: service, type: 'merge', patch: {} });
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
  });

  it('is asked again when its credential is about to expire', async () => {
    const login = plugin(gives('short', ',"expirationTimestamp":"2020-01-01T00:00:00Z"'));
    const server = await apiServer((_request, response) => json(response, 200, web));
    const cluster = connect({ server: server.url, user: login.user });
    await cluster.get(service);
    const before = login.runs();
    await cluster.get(service);
    expect(login.runs()).toBeGreaterThan(before);
  });

  it.each([
    [
      'is not installed',
      { command: 'no-such-login-plugin', installHint: 'brew install it' },
      /no-such-login-plugin, which the kubeconfig asks for, is not installed/,
      'brew install it',
    ],
    ['needs a terminal', { interactiveMode: 'Always' }, /needs a terminal of its own/, undefined],
  ])('%s: said in a sentence', async (_case, more, message, next) => {
    const { user } = plugin(gives('x'), more);
    const failure = await connect({ server: 'http://127.0.0.1:1', user })
      .get(service)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({
      reason: 'unauthorized',
      message: expect.stringMatching(message),
      ...(next ? { next } : {}),
    });
  });

  it.each([
    ['fails', 'echo "session \u001b[31mexpired" >&2; exit 3', /failed with exit code 3: session expired\.$/],
    ['prints nonsense', 'echo hello', /gave no credential/],
  ])('that %s is quoted harmlessly', async (_case, body, message) => {
    const { user } = plugin(body);
    await expect(connect({ server: 'http://127.0.0.1:1', user }).get(service)).rejects.toThrow(message);
  });

  it('that hangs holds up nobody beyond the deadline', async () => {
    const { user } = plugin('exec sleep 5');
    await expect(
      connect({ server: 'http://127.0.0.1:1', user }).get(service, { timeoutMs: 200 }),
    ).rejects.toMatchObject({
      reason: 'timeout',
      message: 'The login plugin did not give a credential in time.',
    });
  });
});
