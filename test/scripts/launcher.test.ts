import { execFile, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { spawn as spawnPty } from '@lydell/node-pty';
import { describe, expect, it, onTestFinished } from 'vitest';

const launcher = path.resolve(import.meta.dirname, '../../bin/rollbook.cjs');
const pretend = path.resolve(import.meta.dirname, 'fixtures/pretend-old.cjs');

interface Parts {
  /** dist/help.txt, when it is built. */
  readonly help?: string;
  /** dist/main.js, when it is built. */
  readonly main?: string;
  /** What the Node beside it does: a shell script. */
  readonly node?: string;
}

/** A package with nothing but the launcher and what the test gives it. */
function packageOf({ help, main, node }: Parts): string {
  const root = mkdtempSync(path.join(tmpdir(), 'rb-launch-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const write = (file: string, text: string) => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  };
  write('package.json', '{"version":"9.8.7","type":"module"}');
  mkdirSync(path.join(root, 'bin'));
  copyFileSync(launcher, path.join(root, 'bin/rollbook.cjs'));
  if (help !== undefined) write('dist/help.txt', help);
  if (main !== undefined) write('dist/main.js', main);
  if (node !== undefined) {
    write('node_modules/node/package.json', '{"name":"node"}');
    write('node_modules/node/bin/node', `#!/bin/sh\n${node}\n`);
    chmodSync(path.join(root, 'node_modules/node/bin/node'), 0o755);
  }
  return path.join(root, 'bin/rollbook.cjs');
}

const argumentsOf = (file: string, version: string, args: readonly string[]) => ({
  args: ['--require', pretend, file, ...args],
  env: { ...process.env, PRETEND_NODE: version },
});

function launch(file: string, version: string, ...given: readonly string[]) {
  const { args, env } = argumentsOf(file, version, given);
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) =>
    execFile(process.execPath, args, { env }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    ),
  );
}

describe('the launcher', () => {
  it('says its version without anything built, on any Node', async () => {
    expect(await launch(packageOf({}), '12.0.0', '--version')).toEqual({
      code: 0,
      stdout: '9.8.7\n',
      stderr: '',
    });
  });

  it.each([['--help'], ['-h']])('prints the help of the build for %s alone', async (flag) => {
    const file = packageOf({ help: 'Usage: …\n', main: 'console.log("loaded")' });
    expect(await launch(file, '12.0.0', flag)).toEqual({ code: 0, stdout: 'Usage: …\n', stderr: '' });
    expect(await launch(file, '24.0.0', 'run', flag)).toMatchObject({ stdout: 'loaded\n' });
  });

  it('says what to do when it is not built', async () => {
    const { code, stderr } = await launch(packageOf({}), '24.0.0', 'list');
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^rollbook: it is not built yet: run `npm install` \(or `npm run build`\) in .*\n$/,
    );
  });

  it.each(['22.19.0', '23.0.0', '24.1.0'])('loads the program on Node %s', async (version) => {
    const main = 'console.log(process.argv.slice(2).join());process.exitCode = 4;';
    expect(await launch(packageOf({ main }), version, 'a', 'b c')).toEqual({
      code: 4,
      stdout: 'a,b c\n',
      stderr: '',
    });
  });

  it.each(['22.18.9', '20.11.0', '8.0.0'])('needs a newer Node than %s, and says so', async (version) => {
    const { code, stderr } = await launch(packageOf({ main: '' }), version, 'list');
    expect(code).toBe(2);
    expect(stderr).toMatch(
      `it needs Node.js 22.19 or later, and was started with ${version}. Install a newer one`,
    );
  });

  it('hands over to the Node beside it, with arguments and exit code', async () => {
    const file = packageOf({ main: '', node: 'shift; echo "$ROLLBOOK_HANDED_OVER" "$@"; exit 7' });
    expect(await launch(file, '20.0.0', 'run', 'a b')).toEqual({
      code: 7,
      stdout: '1 run a b\n',
      stderr: '',
    });
  });

  it('does not hand over for ever', async () => {
    const file = packageOf({ main: '', node: `exec "${process.execPath}" --require "${pretend}" "$@"` });
    const { code, stderr } = await launch(file, '20.0.0', 'list');
    expect(code).toBe(2);
    expect(stderr).toContain('it needs Node.js 22.19');
  });

  it.each(['SIGTERM', 'SIGHUP'] as const)('passes %s on, and ends as its child did', async (signal) => {
    const file = packageOf({ main: '', node: 'echo ready; exec sleep 60' });
    const { args, env } = argumentsOf(file, '20.0.0', []);
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.once('data', () => child.kill(signal));
    expect(await new Promise((resolve) => child.once('close', (_, by) => resolve(by)))).toBe(signal);
  });

  it('leaves Ctrl-C to its child', async () => {
    const file = packageOf({ main: '', node: 'trap "exit 130" INT; echo $$; while :; do sleep 0.05; done' });
    const { args, env } = argumentsOf(file, '20.0.0', []);
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.once('data', (pid) => {
      child.kill('SIGINT');
      process.kill(Number(pid), 'SIGINT');
    });
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(130);
  });
});

describe('in a terminal', () => {
  function open(main: string, ...args: readonly string[]) {
    const pty = spawnPty(process.execPath, [packageOf({ main }), ...args], { cols: 80, rows: 24 });
    let text = '';
    const looks = new Set<() => void>();
    pty.onData((data) => {
      text += data;
      for (const look of looks) look();
    });
    const exited = new Promise<number>((resolve) => pty.onExit(({ exitCode }) => resolve(exitCode)));
    onTestFinished(() => pty.kill('SIGKILL'));
    const saw = (what: string) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (text.includes(what)) resolve();
        };
        looks.add(look);
        look();
      });
    return { pty, exited, saw, text: () => text };
  }

  it('draws which world it will be before anything is loaded, and gives the terminal back to Ctrl-C', async () => {
    const { pty, exited, saw, text } = open(
      'export const main = () => setInterval(() => {}, 1000);',
      'drill',
      'x',
    );
    await saw('DRILL');
    pty.write('\u0003');
    expect(await exited).toBe(130);
    await saw('\u001b[?1049l');
    expect(text().startsWith('\u001b[?1049h')).toBe(true);
  });

  it('leaves the screen to who takes it over, and gives it back when nobody did', async () => {
    const taken = open(
      'export const main = (args, frame) => { frame.takeOver(); console.log("mine"); };',
      'run',
      'x',
    );
    expect(await taken.exited).toBe(0);
    await taken.saw('mine');
    expect(taken.text()).not.toContain('\u001b[?1049l');
    const left = open('export const main = () => {};', 'run', 'x');
    expect(await left.exited).toBe(0);
    await left.saw('\u001b[?1049l');
  });

  it.each([['drill', 'x', '--plain'], ['run', 'x', '--json'], ['list'], ['status', '--once']])(
    'draws nothing where lines are wanted: %s %s',
    async (...args) => {
      const { exited, saw, text } = open('console.log("a line"); export const main = () => {};', ...args);
      await exited;
      if (args[0] !== 'status') await saw('a line');
      expect(text()).not.toContain('\u001b[?1049h');
    },
  );
});
