import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { apiServer, connect, json, kubeconfig } from '../api-server.ts';

const service = { group: '', resource: 'services', name: 'web' };
const web = { metadata: { name: 'web' } };

describe('credentials that are no longer accepted', () => {
  const tokens = (accepted: string) =>
    apiServer((request, response) =>
      request.headers.authorization === `Bearer ${accepted}`
        ? json(response, 200, web)
        : json(response, 401, { kind: 'Status', code: 401 }),
    );

  it('are read anew from the kubeconfig: whoever logs in again goes on', async () => {
    const server = await tokens('fresh');
    const file = kubeconfig({ server: server.url, user: { token: 'stale' } });
    const kube = connect(server.url, { kubeconfig: file });
    await expect(kube.get(service)).rejects.toMatchObject({ reason: 'unauthorized' });
    kubeconfig({ server: server.url, user: { token: 'fresh' } }, file);
    expect(await kube.get(service)).toEqual(web);
  });

  it('are not taken from what has become another cluster, nor from a file that is being written', async () => {
    const server = await tokens('fresh');
    const file = kubeconfig({ server: server.url, user: { token: 'stale' } });
    const kube = connect(server.url, { kubeconfig: file });
    kubeconfig({ server: 'https://elsewhere.test', user: { token: 'fresh' } }, file);
    await expect(kube.get(service)).rejects.toMatchObject({ reason: 'unauthorized' });
    writeFileSync(file, '{"users": [');
    await expect(kube.get(service)).rejects.toMatchObject({ reason: 'unauthorized' });
  });
});
