import { describe, expect, it } from 'vitest';
import { apiServer, json } from '../api-server.ts';
import { commit, file, ROWS, SHA } from './failure-rows.ts';
import { failureOf, gitlabAt } from './loopback.ts';

describe('what GitLab refuses', () => {
  it.each(ROWS)(
    'is said in a sentence of its own: $name',
    async ({ ask, code, body, reason, detail, says, next }) => {
      const server = await apiServer((request, response) =>
        // commitFile looks first whether the branch is there
        ask === commit && request.method === 'GET'
          ? json(response, 200, { commit: { id: SHA } })
          : json(response, code, body),
      );
      const failure = await failureOf(ask(gitlabAt(server.url)));
      expect(failure).toMatchObject({ reason, detail, status: code });
      expect(failure.message).toMatch(says);
      expect(failure.next).toMatch(next);
      expect(failure.message).toMatch(/\.$/);
    },
  );

  it.each([
    [401, { message: '401 Unauthorized' }, /wants a token to read the file .*; none is configured\./],
    [404, { message: '404 Project Not Found' }, /that the public can see/],
    [404, { message: '404 Not found' }, /or it is not public/],
  ])('is explained by the missing token, when none was sent: %i %j', async (code, body, says) => {
    const server = await apiServer((_request, response) => json(response, code, body));
    const failure = await failureOf(file(gitlabAt(server.url, { token: {} })));
    expect(failure.message).toMatch(says);
    expect(failure.next).toContain('GITLAB_TOKEN');
  });

  it('tells a missing commit or branch from a missing file', async () => {
    const server = await apiServer((_request, response) =>
      json(response, 404, { message: '404 Commit Not Found' }),
    );
    const failure = await failureOf(file(gitlabAt(server.url)));
    expect(failure).toMatchObject({ reason: 'not-found', detail: 'commit' });
    expect(failure.message).toMatch(/commit or branch is not known/);
  });

  it('is neutralised: nothing it says can reach the terminal raw', async () => {
    const server = await apiServer((_request, response) =>
      json(response, 403, { message: 'no\u001b[2J\u202e way\nin' }),
    );
    const { message } = await failureOf(file(gitlabAt(server.url)));
    expect(message).toContain('no way in');
  });

  it.each([
    [
      'text/html',
      '<html><head><title>x</title></head><body><h1>GitLab is not responding</h1></body></html>',
      /: GitLab is not responding\./,
    ],
    ['text/plain', '', /\(502\) when asked to say whose token this is\./],
    ['application/json', '{"message":', /\{"message":/],
    ['application/json', '"busy"', /: busy\./],
    ['application/json', 'null', /null/],
  ])('may come from a proxy: %s %j', async (type, body, says) => {
    const server = await apiServer((_request, response) =>
      response.writeHead(502, { 'content-type': type }).end(body),
    );
    const failure = await failureOf(gitlabAt(server.url).me({ timeoutMs: 400 }));
    expect(failure).toMatchObject({ reason: 'disconnected', status: 502 });
    expect(failure.message).toMatch(says);
  });
});
