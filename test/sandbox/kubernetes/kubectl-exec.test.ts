import { spawn } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningSandbox, runSandbox } from '../sandbox-process.ts';

/** From 1.30 on kubectl asks for a WebSocket; beside kubectl where Google's package is. */
const VERSIONS = ['kubectl.1.30', 'kubectl.1.31', 'kubectl.1.32', 'kubectl.1.33'];

function findPrograms(): readonly string[] {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = folders.map((folder) => join(folder, 'kubectl')).find((file) => existsSync(file));
  if (found === undefined) return [];
  const home = dirname(realpathSync(found));
  const versions = readdirSync(home).filter((name) => VERSIONS.includes(name));
  return versions.length > 0 ? versions.sort().map((name) => join(home, name)) : [found];
}

let sandbox: RunningSandbox;

beforeAll(async () => {
  sandbox = await runSandbox({ preset: 'banking-app', timeScale: 20, prometheus: false, database: true });
}, 30_000);

afterAll(() => sandbox.stop());

test('there is a kubectl to try', () => {
  expect(findPrograms()).not.toEqual([]);
});

describe.each(findPrograms())('%s', (program) => {
  const run = async (args: readonly string[], input?: string) => {
    const child = spawn(program, args, {
      env: {
        PATH: process.env.PATH,
        KUBECONFIG: sandbox.ready.kubeconfig,
        KUBECACHEDIR: join(sandbox.folder, 'cache'),
        HOME: sandbox.folder,
      },
      timeout: 20_000,
    });
    child.stdin.end(input);
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const [out, problems, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    return { out, problems, code };
  };
  const inPostgres = (...argv: readonly string[]) => run(['exec', 'deploy/postgres', '--', ...argv]);

  test('lists the backups, as the procedure does', async () => {
    const listed = await inPostgres('ls', '/backup/');
    expect(listed).toMatchObject({ code: 0, problems: '' });
    expect(listed.out).toMatch(/^backup-\d{8}-\d{6}\.sql$/m);
    expect((await inPostgres('ls', '-l', '/backup')).out).toMatch(/^total \d+\n-rw/);
  });

  test('restores into the live database, as the procedure does, and it is no restore', async () => {
    const backup = (await inPostgres('ls', '/backup/')).out.split('\n')[0];
    const script = `psql -U banking_user -d banking_db < /backup/${backup}`;
    const restored = await inPostgres('bash', '-c', script);
    expect(restored.code).toBe(0);
    expect(restored.problems).toContain('already exists');
  });

  test('tells the exit code, the streams, and what is not there', async () => {
    expect(await inPostgres('sh', '-c', 'echo out; echo err >&2; exit 3')).toEqual({
      out: 'out\n',
      problems: expect.stringMatching(/^err\ncommand terminated with exit code 3\n$/),
      code: 3,
    });
    const missing = await inPostgres('nosuch');
    expect(missing.code).toBe(1);
    expect(missing.problems).toContain('exec: "nosuch": executable file not found in $PATH');
    const nobody = await run(['--context', 'sandbox-viewer', 'exec', 'deploy/postgres', '--', 'ls']);
    expect(nobody.problems).toContain('User "viewer" cannot');
  });

  test('takes input to its end', async () => {
    const pipe = [
      'exec',
      '-i',
      'deploy/postgres',
      '--',
      'psql',
      '-U',
      'banking_user',
      '-d',
      'banking_db',
      '-At',
    ];
    expect(await run(pipe, "SELECT 'in' || 'put';\n")).toEqual({ out: 'input\n', problems: '', code: 0 });
  });

  test('does no harm to this machine', async () => {
    await inPostgres('sh', '-c', 'rm -rf /tmp/* /root; cd ../../../../..; rm -rf ./home');
    expect(existsSync(sandbox.folder)).toBe(true);
    expect((await inPostgres('ls', '/etc/passwd')).code).not.toBe(0);
  });
});
