import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createToken, type TokenSource } from '../../src/adapters/secret-token.ts';
import { apiServer, json, temporaryFolder } from './api-server.ts';
import { gitlabAt } from './gitlab/loopback.ts';

function printing(script: string): TokenSource {
  return { command: [process.execPath, '-e', script] };
}

describe('a token', () => {
  it.each([
    ['a value', () => ({ value: 'secret-1' })],
    ['a file, whose final newline is not part of it', () => ({ file: written('secret-1\n') })],
    ['what a command prints', () => printing('console.log("secret-1")')],
  ])('comes from %s', async (_name, source) => {
    const heard: string[] = [];
    const token = createToken(source(), 'GitLab', (value) => heard.push(value));
    expect(await token.get()).toBe('secret-1');
    expect(await token.get()).toBe('secret-1');
    expect(heard).toEqual(['secret-1']);
  });

  it('is undefined where none is configured', async () => {
    expect(await createToken({}, 'GitLab').get()).toBeUndefined();
  });

  it.each([
    ['a file that is not there', () => ({ file: '/nonexistent/token' }), 'cannot be read (ENOENT)'],
    ['an empty file', () => ({ file: written('\n') }), 'is empty'],
    ['a file with an error page in it', () => ({ file: written('Not logged in\n') }), 'is not one word'],
    ['a value that would be two headers', () => ({ value: 'a\r\nx-admin: 1' }), 'is not one word'],
    ['a command that is not there', () => ({ command: ['no-such-program'] as const }), 'was not found'],
    [
      'a command that fails',
      () => printing('console.error("vault is sealed"); process.exit(3)'),
      'failed with exit code 3: vault is sealed.',
    ],
  ])('cannot be had from %s', async (_name, source, says) => {
    await expect(createToken(source(), 'GitLab').get()).rejects.toMatchObject({
      reason: 'unauthorized',
      message: expect.stringContaining(says),
      next: expect.any(String),
    });
  });

  it('that was renewed meanwhile is read again when the server no longer accepts it, for a write too', async () => {
    const file = written('old-token');
    const server = await apiServer((request, response) => {
      const given = request.headers['private-token'];
      if (given === 'new-token') json(response, 201, { commit: { id: 'a' } });
      else {
        writeFileSync(file, 'new-token');
        json(response, 401, { message: '401 Unauthorized' });
      }
    });
    const heard: string[] = [];
    const gitlab = gitlabAt(server.url, { token: { file }, onToken: (value) => heard.push(value) });
    expect(await gitlab.createBranch('p', 'b', 'master')).toBe('a');
    expect(heard).toEqual(['old-token', 'new-token']);
  });
});

function written(text: string): string {
  const file = join(temporaryFolder(), 'token');
  writeFileSync(file, text);
  return file;
}
