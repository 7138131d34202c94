import { describe, expect, it } from 'vitest';
import { createTransport, type TransportOptions } from '../../src/adapters/transport.ts';
import { apiServer } from './api-server.ts';

const credentials = {
  authorize: async () => ({ headers: {}, agent: undefined }),
  forget: () => false,
};
const called: TransportOptions = { server: 'GitLab', request: 'The request' };

describe('a proxy of the environment', () => {
  const get = (server: string, proxyEnv: Readonly<Record<string, string>>) =>
    createTransport(server, credentials, { ...called, proxyEnv }).send({
      method: 'GET',
      path: '/api/v4/user',
      timeoutMs: 2_000,
    });

  it('is used for other machines, whose names it looks up itself', async () => {
    const proxy = await apiServer((_request, response) => response.end('by the proxy'));
    const { body } = await get('http://gitlab.invalid', { HTTP_PROXY: proxy.url });
    expect(body.toString()).toBe('by the proxy');
    expect(proxy.seen.map(({ url }) => url)).toEqual(['http://gitlab.invalid/api/v4/user']);
  });

  it('is not used for those that NO_PROXY names', async () => {
    const proxy = await apiServer((_request, response) => response.end('by the proxy'));
    const env = { HTTP_PROXY: proxy.url, NO_PROXY: 'gitlab.invalid' };
    await expect(get('http://gitlab.invalid', env)).rejects.toMatchObject({ reason: 'dns' });
    expect(proxy.seen).toEqual([]);
  });

  it('is never used for this machine, where the sandbox is', async () => {
    const proxy = await apiServer((_request, response) => response.end('by the proxy'));
    const server = await apiServer((_request, response) => response.end('at home'));
    const { body } = await get(server.url, { HTTP_PROXY: proxy.url });
    expect(body.toString()).toBe('at home');
    expect(proxy.seen).toEqual([]);
  });
});
