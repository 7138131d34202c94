import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../git/test-repository.ts';
import { PROJECT, SAAS, testGitLab } from './test-gitlab.ts';

const run = promisify(execFile);
const env = { ...process.env, GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_GLOBAL: '/dev/null', LC_ALL: 'C' };

function address(url: string, password: string): string {
  return `${url.replace('//', `//operator:${password}@`)}/${PROJECT}.git`;
}

describe('git itself', () => {
  it('clones a project and a fork, by a token as the password', async () => {
    const { url, shas } = await testGitLab();
    const folder = join(temporaryFolder(), 'clone');
    await run('git', ['clone', '--quiet', address(url, 'operator-token'), folder], { env });
    expect(readFileSync(join(folder, SAAS), 'utf8')).toContain('ref: bbb');
    const { stdout } = await run('git', ['-C', folder, 'rev-parse', 'HEAD'], { env });
    expect(stdout.trim()).toBe(shas[3]);
    const fork = address(url, 'operator-token').replace(PROJECT, 'operator/app-interface');
    const heads = await run('git', ['ls-remote', '--heads', fork], { env });
    expect(heads.stdout).toContain(`${shas[3]}\trefs/heads/master`);
  });

  it.each([
    ['wrong', /Authentication failed|Access denied|403|401/],
    ['stranger-token', /not found/i],
  ])('with the password %s is turned away', async (password, reason) => {
    const { url } = await testGitLab();
    await expect(run('git', ['ls-remote', address(url, password)], { env })).rejects.toThrow(reason);
  });

  it('does not push', async () => {
    const { url, project } = await testGitLab();
    const push = ['push', address(url, 'operator-token'), 'master:stolen'];
    await expect(run('git', [`--git-dir=${project.repository.folder}`, ...push], { env })).rejects.toThrow(
      /403|not allowed/,
    );
  });
});
