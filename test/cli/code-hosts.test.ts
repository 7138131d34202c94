import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { codeHosts, tokenKind } from '../../src/cli/code-hosts.ts';
import { readPorts, sessionPorts } from '../../src/cli/ports.ts';
import { readSettings } from '../../src/cli/settings.ts';
import { tokenSource } from '../../src/cli/token-place.ts';
import { createRedactor } from '../../src/journal/redact.ts';
import { temporaryFolder } from '../adapters/api-server.ts';
import { failureOf } from '../adapters/gitlab/loopback.ts';

const none = { contexts: {} };

describe('where GitLab and GitHub are', () => {
  it.each([
    ['nothing', none, {}, {}],
    ['a bare host', none, { GITLAB_HOST: 'gitlab.example.com' }, { gitlabUrl: 'https://gitlab.example.com' }],
    [
      'an address',
      none,
      { GITLAB_HOST: 'http://127.0.0.1:8080/git' },
      { gitlabUrl: 'http://127.0.0.1:8080/git' },
    ],
    ['the settings', { ...none, gitlab: { host: 'a.test' } }, {}, { gitlabUrl: 'https://a.test' }],
    [
      'the environment before the settings',
      { ...none, gitlab: { host: 'a.test', 'token-file': '/t' } },
      { GITLAB_HOST: 'b.test', GITLAB_TOKEN: 'x' },
      { gitlabUrl: 'https://b.test', gitlabToken: { from: 'environment', variable: 'GITLAB_TOKEN' } },
    ],
    [
      'a file before a command',
      {
        ...none,
        gitlab: { host: 'a.test', 'token-file': '/t', 'token-command': ['pass'], 'ca-file': '/ca' },
      },
      {},
      { gitlabUrl: 'https://a.test', gitlabToken: { from: 'file', file: '/t' }, gitlabCaFile: '/ca' },
    ],
    [
      'a command',
      { ...none, gitlab: { host: 'a.test', 'token-command': ['pass', 'show', 'gitlab'] } },
      {},
      { gitlabUrl: 'https://a.test', gitlabToken: { from: 'command', command: ['pass', 'show', 'gitlab'] } },
    ],
    [
      'a job of GitLab CI',
      none,
      { CI_SERVER_URL: 'https://ci.test', CI_JOB_TOKEN: 'j' },
      { gitlabUrl: 'https://ci.test', gitlabToken: { from: 'environment', variable: 'CI_JOB_TOKEN' } },
    ],
    [
      'another server than that of the job, which must not see its token',
      none,
      { CI_SERVER_URL: 'https://ci.test', CI_JOB_TOKEN: 'j', GITLAB_HOST: 'b.test' },
      { gitlabUrl: 'https://b.test' },
    ],
  ])('follows from %s', (_name, settings, env, expected) => {
    expect(codeHosts(settings, env)).toEqual({ githubUrl: 'https://api.github.com', ...expected });
  });

  it('has another GitHub where one is named, and its token', () => {
    const settings = { ...none, github: { url: 'https://ghe.test/api/v3' } };
    expect(codeHosts(settings, { GITHUB_TOKEN: 'g' })).toEqual({
      githubUrl: 'https://ghe.test/api/v3',
      githubToken: { from: 'environment', variable: 'GITHUB_TOKEN' },
    });
  });

  it('keeps no token', () => {
    const env = { GITLAB_HOST: 'a.test', GITLAB_TOKEN: 'glpat-secret', GITHUB_TOKEN: 'ghp-secret' };
    expect(JSON.stringify(codeHosts(none, env))).not.toContain('secret');
  });

  it('knows a token when it is needed', () => {
    const place = { from: 'environment', variable: 'CI_JOB_TOKEN' } as const;
    expect(tokenSource(place, { CI_JOB_TOKEN: 'j' })).toEqual({ value: 'j' });
    expect(tokenSource(place, {})).toEqual({});
    expect([tokenKind(place), tokenKind(undefined)]).toEqual(['job', 'private']);
  });
});

describe('rollbook.yaml', () => {
  it('of the project goes before that of the user, key by key; files are found from where it is', async () => {
    const [cwd, config] = [temporaryFolder(), temporaryFolder()];
    write(
      join(config, 'rollbook', 'rollbook.yaml'),
      'gitlab: { host: user.test, token-file: ~/token, ca-file: ca.pem }\ngithub: { token-command: [pass, github] }\n',
    );
    write(join(cwd, 'rollbook.yaml'), 'gitlab: { host: project.test }\n');
    expect(await readSettings(cwd, { XDG_CONFIG_HOME: config })).toMatchObject({
      gitlab: {
        host: 'project.test',
        'token-file': join(homedir(), 'token'),
        'ca-file': join(config, 'rollbook', 'ca.pem'),
      },
      github: { 'token-command': ['pass', 'github'] },
    });
  });

  it.each([
    ['gitlab: { token: glpat-1 }', 'token'],
    ['gitlab: { token-command: pass show gitlab }', 'token-command'],
    ['github: { url: not an address }', 'url'],
  ])('may not hold %j', async (text, says) => {
    const cwd = temporaryFolder();
    write(join(cwd, 'rollbook.yaml'), text);
    await expect(readSettings(cwd, { XDG_CONFIG_HOME: temporaryFolder() })).rejects.toThrow(says);
  });
});

describe('the ports of a session', () => {
  it('tell of tokens in the environment before anything runs', () => {
    vi.stubEnv('GITLAB_TOKEN', 'glpat-secret');
    const heard: string[] = [];
    const gitlabToken = { from: 'environment', variable: 'GITLAB_TOKEN' } as const;
    sessionPorts({ gitlabUrl: 'https://a.test', gitlabToken }, createRedactor().byteStream, (secret) =>
      heard.push(secret),
    );
    expect(heard).toEqual(['glpat-secret']);
  });

  it('say what to set where GitLab or GitHub is not configured', async () => {
    const reads = readPorts({}, () => undefined);
    expect(await failureOf(reads.gitlab())).toMatchObject({
      reason: 'not-configured',
      next: expect.stringContaining('GITLAB_HOST'),
    });
    expect(await failureOf(reads.code({ type: 'gitlab', project: 'a/b' }))).toMatchObject({
      reason: 'not-configured',
    });
    expect(await failureOf(reads.code({ type: 'github', owner: 'a', repository: 'b' }))).toMatchObject({
      reason: 'not-configured',
    });
  });

  it('make one client for each repository', async () => {
    const { code } = readPorts({ githubUrl: 'http://127.0.0.1:1' }, () => undefined);
    const [one, same, other] = await Promise.all([
      code({ type: 'github', owner: 'a', repository: 'b' }),
      code({ type: 'github', owner: 'a', repository: 'b' }),
      code({ type: 'clone', folder: '/tmp' }),
    ]);
    expect(one).toBe(same);
    expect(other.name).toBe('/tmp');
  });

  it('can only read GitLab where they only read', async () => {
    const connection = { gitlabUrl: 'http://127.0.0.1:1' };
    const { reads, ports } = sessionPorts(connection, createRedactor().byteStream, () => undefined);
    expect(await reads.gitlab()).not.toHaveProperty('revert');
    expect(await ports.gitlab()).toHaveProperty('revert');
  });
});

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
