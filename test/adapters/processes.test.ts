import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProcesses } from '../../src/adapters/processes.ts';
import { createRedactor } from '../../src/journal/redact.ts';
import { REDACTED } from '../../src/prose/redacted.ts';
import { temporaryFolder } from './api-server.ts';

const processes = createProcesses();
const node = process.execPath;
const live = () => new AbortController().signal;

function script(code: string, ...args: readonly string[]): readonly [string, ...string[]] {
  return [node, '-e', code, '--', ...args];
}

/** Whether a process is still there. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('running a program', () => {
  it('passes arguments as they are, no shell in between', async () => {
    const hostile = '$(touch /tmp/pwned); "quoted" & \n newline';
    const result = await processes.run(
      { argv: script('process.stdout.write(JSON.stringify(process.argv.slice(1)))', hostile) },
      { signal: live() },
    );
    expect(JSON.parse(result.stdout)).toEqual([hostile]);
  });

  it('gives the exit code, both streams in the tail, and standard output alone', async () => {
    const result = await processes.run(
      { argv: script('console.log("out"); console.error("err"); process.exitCode = 3') },
      { signal: live() },
    );
    expect(result).toMatchObject({
      exitCode: 3,
      signal: undefined,
      timedOut: false,
      stdout: 'out',
      outputBytes: 8,
    });
    expect(result.tail.split('\n').sort()).toEqual(['', 'err', 'out']);
  });

  it('hands over environment and input, or no input at all', async () => {
    const echo = script(
      'process.stdin.on("data", (d) => process.stdout.write(d)).on("end", () => console.log(process.env.WHO))',
    );
    const given = await processes.run(
      { argv: echo, env: { WHO: 'olga' }, stdin: 'hello ' },
      { signal: live() },
    );
    expect(given.stdout).toBe('hello olga');
    const { stdout } = await processes.run({ argv: echo, env: { WHO: 'nobody' } }, { signal: live() });
    expect(stdout).toBe('nobody');
  });

  it('writes everything to the file, keeps the last 64 KiB, and shows batches that stay small', async () => {
    const outputFile = join(temporaryFolder(), 'output.log');
    const shown: string[] = [];
    const result = await processes.run(
      { argv: script('for (let i = 0; i < 40000; i++) console.log("line " + i)'), outputFile },
      { signal: live(), onOutput: (chunk) => shown.push(chunk) },
    );
    const all = readFileSync(outputFile, 'utf8');
    expect(all.split('\n')).toHaveLength(40_001);
    expect(result.outputBytes).toBe(all.length);
    expect(result.tail).toBe(all.slice(-64 * 1024));
    expect(shown.join('').endsWith('line 39999\n')).toBe(true);
    expect(Math.max(...shown.map((each) => each.length))).toBeLessThan(256 * 1024);
    expect(shown.length).toBeLessThan(100);
  });

  it('appends to the file, which only its owner may read', async () => {
    const outputFile = join(temporaryFolder(), 'output.log');
    const request = { argv: script('console.log("again")'), outputFile };
    await processes.run(request, { signal: live() });
    await processes.run(request, { signal: live() });
    expect(readFileSync(outputFile, 'utf8')).toBe('again\nagain\n');
  });

  it('never cuts a character in two', async () => {
    const shown: string[] = [];
    await processes.run(
      {
        argv: script(
          'const b = Buffer.from("é📦"); let i = 0; const t = setInterval(() => { process.stdout.write(b.subarray(i, ++i)); if (i === b.length) clearInterval(t) }, 60)',
        ),
      },
      { signal: live(), onOutput: (chunk) => shown.push(chunk) },
    );
    expect(shown.join('')).toBe('é📦');
  });
});

describe('output that holds a secret', () => {
  it('is redacted in the kept file and in everything that is made of it, wherever a pipe or a tail cuts it', async () => {
    const outputFile = join(temporaryFolder(), 'output.log');
    const shown: string[] = [];
    const guarded = createProcesses({ guard: createRedactor(['hunter2']).byteStream });
    const code =
      'process.stdout.write("one hun"); setTimeout(() => process.stdout.write("ter2 two " + "x".repeat(65532) + "hunter2é"), 100); console.error("hunter2")';
    const result = await guarded.run(
      { argv: script(code), outputFile },
      { signal: live(), onOutput: (chunk) => shown.push(chunk) },
    );
    const kept = readFileSync(outputFile, 'utf8');
    for (const text of [kept, result.tail, result.stdout, shown.join('')])
      expect(text).not.toMatch(/hunt|ter2/);
    expect(kept).toContain(`${REDACTED} two`);
    expect(kept.endsWith(`${REDACTED}é`)).toBe(true);
  });

  it('is kept byte for byte where no secret is known', async () => {
    const outputFile = join(temporaryFolder(), 'output.log');
    const guarded = createProcesses({ guard: createRedactor().byteStream });
    await guarded.run(
      { argv: script('process.stdout.write(Buffer.from([0xff, 0x00, 0xc3]))'), outputFile },
      { signal: live() },
    );
    expect([...readFileSync(outputFile)]).toEqual([0xff, 0x00, 0xc3]);
  });
});

describe('what can go wrong', () => {
  it('a program that is not there', async () => {
    await expect(processes.run({ argv: ['no-such-program'] }, { signal: live() })).rejects.toMatchObject({
      reason: 'not-found',
      message: 'The program no-such-program was not found on PATH.',
    });
  });

  it('a folder that is not there', async () => {
    await expect(
      processes.run({ argv: ['true'], cwd: '/nowhere' }, { signal: live() }),
    ).rejects.toMatchObject({
      reason: 'not-found',
      message: expect.stringContaining('/nowhere'),
    });
  });

  it('a file that is no program', async () => {
    const file = new URL(import.meta.url).pathname;
    await expect(processes.run({ argv: [file] }, { signal: live() })).rejects.toMatchObject({
      reason: 'forbidden',
    });
  });

  it('a program that takes too long is ended, and its end is a result', async () => {
    const result = await processes.run(
      { argv: script('console.log("begun"); setTimeout(() => {}, 60000)'), timeoutMs: 400 },
      { signal: live() },
    );
    expect(result).toMatchObject({ timedOut: true, exitCode: undefined, signal: 'SIGTERM', stdout: 'begun' });
  });

  it('cancelling ends what the program itself has started, too', async () => {
    const controller = new AbortController();
    let grandchild = 0;
    const code =
      'const c = require("child_process").spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"]); console.log(c.pid); setTimeout(() => {}, 60000)';
    const running = processes.run(
      { argv: script(code) },
      {
        signal: controller.signal,
        onOutput: (chunk) => {
          grandchild = Number(chunk.trim());
          controller.abort();
        },
      },
    );
    await expect(running).rejects.toMatchObject({ reason: 'cancelled' });
    expect(grandchild).toBeGreaterThan(0);
    while (isAlive(grandchild)) await new Promise(setImmediate);
  });

  it('a program that ignores SIGTERM is killed after the grace period', async () => {
    const controller = new AbortController();
    const stubborn = createProcesses({ graceMs: 100 });
    const running = stubborn.run(
      { argv: script('process.on("SIGTERM", () => {}); console.log("ready"); setTimeout(() => {}, 60000)') },
      { signal: controller.signal, onOutput: () => controller.abort() },
    );
    await expect(running).rejects.toMatchObject({ reason: 'cancelled' });
  });

  it('what has left the group and keeps the output open does not keep the step', async () => {
    const controller = new AbortController();
    const code =
      'const c = require("child_process").spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"], { detached: true, stdio: "inherit" }); console.log(c.pid); setTimeout(() => {}, 60000)';
    let escaped = 0;
    const running = createProcesses({ graceMs: 50 }).run(
      { argv: script(code) },
      {
        signal: controller.signal,
        onOutput: (chunk) => {
          escaped = Number(chunk.trim());
          controller.abort();
        },
      },
    );
    await expect(running).rejects.toMatchObject({ reason: 'cancelled' });
    expect(isAlive(escaped)).toBe(true);
    process.kill(escaped);
  });

  it('a time limit longer than a timer can count does not go off at once', async () => {
    const result = await processes.run(
      { argv: script('setTimeout(() => console.log("done"), 50)'), timeoutMs: 2 ** 31 + 1 },
      { signal: live() },
    );
    expect(result).toMatchObject({ exitCode: 0, timedOut: false });
  });

  it('cancelled while its output file was being opened, it does not begin', async () => {
    const controller = new AbortController();
    const folder = temporaryFolder();
    const begun = join(folder, 'begun');
    const running = processes.run(
      { argv: ['touch', begun], outputFile: join(folder, 'output.log') },
      { signal: controller.signal },
    );
    controller.abort();
    await expect(running).rejects.toMatchObject({ reason: 'cancelled' });
    expect(existsSync(begun)).toBe(false);
  });

  it('cancelled before it began, it does not begin', async () => {
    const outputFile = join(temporaryFolder(), 'output.log');
    const never = processes.run(
      { argv: script('console.log(1)'), outputFile },
      { signal: AbortSignal.abort() },
    );
    await expect(never).rejects.toMatchObject({ reason: 'cancelled' });
    expect(() => readFileSync(outputFile)).toThrow('ENOENT');
  });
});
