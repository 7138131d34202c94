import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PortFailure } from '../../../src/ports/failure.ts';
import { status, temporaryFolder } from '../api-server.ts';
import { ending, execServer, V4, V5 } from './exec-server.ts';

const ls = { pod: 'web-0', argv: ['ls', '-l', "/back up/'x'"] } as const;

async function failureOf(promise: Promise<unknown>): Promise<PortFailure> {
  return promise.then(
    () => expect.fail('it did not fail'),
    (error: PortFailure) => error,
  );
}

describe('a program in a container', () => {
  it('gets its arguments as they are, and neither input nor terminal', async () => {
    const { kube, runs } = await execServer({ run: (run) => run.end(0) });
    await kube.exec({ ...ls, container: 'app' });
    const { query, headers } = runs[0] ?? expect.fail('it did not run');
    expect(query.getAll('command')).toEqual(['ls', '-l', "/back up/'x'"]);
    expect(Object.fromEntries([...query].filter(([name]) => name !== 'command'))).toEqual({
      container: 'app',
      stdout: 'true',
      stderr: 'true',
    });
    expect(headers['sec-websocket-protocol']).toBe(`${V5},${V4}`);
  });

  it.each([0, 1, 3, 126, 255])('ends with its own exit code %i', async (exitCode) => {
    const { kube } = await execServer({ run: (run) => run.end(exitCode) });
    await expect(kube.exec(ls)).resolves.toMatchObject({ exitCode, truncated: false });
  });

  it('keeps its streams apart, and in order where they are kept together', async () => {
    const outputFile = join(temporaryFolder(), 'output.log');
    const shown: string[] = [];
    const { kube } = await execServer({
      run(run) {
        for (const [channel, text] of [
          [1, 'one '],
          [2, 'two '],
          [1, 'three\n'],
        ] as const)
          run.send(channel, text);
        run.end(0);
      },
    });
    const result = await kube.exec({ ...ls, outputFile }, { onOutput: (chunk) => shown.push(chunk) });
    expect(result).toMatchObject({ stdout: 'one three\n', stderr: 'two ', outputBytes: 14 });
    expect(readFileSync(outputFile, 'utf8')).toBe('one two three\n');
    expect(shown.join('')).toBe('one two three\n');
  });

  it('writes its whole output to the file while only the end stays in memory', async () => {
    const outputFile = join(temporaryFolder(), 'output.log');
    const piece = Buffer.alloc(32 * 1024, 'x');
    const pieces = 2_000;
    const { kube } = await execServer({
      run(run) {
        let left = pieces;
        const more = () => {
          if (left === 0) return run.end(0);
          left -= 1;
          run.socket.send(Buffer.concat([Buffer.of(1), piece]), more);
        };
        more();
      },
    });
    const result = await kube.exec({ ...ls, outputFile });
    expect(statSync(outputFile).size).toBe(pieces * piece.length);
    expect(result).toMatchObject({ outputBytes: pieces * piece.length, truncated: true });
    expect(result.stdout).toHaveLength(1024 * 1024);
  });

  it('gets its input in pieces, and the end of it', async () => {
    const stdin = 'ä'.repeat(40_000);
    const { kube } = await execServer({
      run(run) {
        run.socket.on('message', (data: Buffer) => {
          if (data[0] === 255) run.end(0);
        });
      },
    });
    const server = await execServer({
      run(run) {
        run.socket.on('message', (data: Buffer) => {
          if (data[0] === 255 && data[1] === 0) run.end(0);
        });
      },
    });
    await kube.exec({ ...ls, stdin: '' });
    await server.kube.exec({ ...ls, stdin });
    const { query, received, headers } = server.runs[0] ?? expect.fail('it did not run');
    expect(query.get('stdin')).toBe('true');
    expect(headers['sec-websocket-protocol']).toBe(V5);
    const sent = received.filter((data) => data[0] === 0).map((data) => data.subarray(1));
    expect(Buffer.concat(sent).toString('utf8')).toBe(stdin);
    expect(received.at(-1)).toEqual(Buffer.of(255, 0));
  });

  it('is not started where its input could not be ended', async () => {
    const { kube, runs } = await execServer({ protocols: [V4], run: (run) => run.end(0) });
    await expect(kube.exec({ ...ls, stdin: 'x' })).rejects.toMatchObject({ reason: 'not-served' });
    expect(runs).toHaveLength(0);
    await expect(kube.exec(ls)).resolves.toMatchObject({ exitCode: 0 });
  });

  it('has ended although the server leaves the connection open, and although it tells so in two pieces', async () => {
    const { kube } = await execServer(
      {
        run(run) {
          const text = JSON.stringify(ending(4));
          run.send(3, text.slice(0, 20));
          run.send(3, text.slice(20));
        },
      },
      { execRhythm: { closeMs: 20 } },
    );
    await expect(kube.exec(ls)).resolves.toMatchObject({ exitCode: 4 });
  });
});

describe('a program that cannot be started', () => {
  const containerd = (why: string) => ({
    metadata: {},
    status: 'Failure',
    reason: 'InternalError',
    code: 500,
    message: `Internal error occurred: error executing command in container: failed to start exec "a5df": OCI runtime exec failed: exec failed: unable to start container process: exec: "ls": ${why}: unknown`,
  });
  it.each([
    ['containerd', 'executable file not found in $PATH', 'not-found', 'no-such-program'],
    ['containerd, by its path', 'stat ls: no such file or directory', 'not-found', 'no-such-program'],
    ['containerd, no program', 'permission denied', 'invalid', undefined],
  ])('as %s tells it', async (_runtime, why, reason, detail) => {
    const { kube } = await execServer({
      run(run) {
        run.send(3, JSON.stringify(containerd(why)));
        run.socket.close(1000);
      },
    });
    expect(await failureOf(kube.exec(ls))).toMatchObject({ reason, detail });
  });

  it('as Docker tells it, in the output', async () => {
    const { kube } = await execServer({
      run(run) {
        run.send(
          1,
          'OCI runtime exec failed: exec failed: exec: "ls": executable file not found in $PATH: unknown\r\n',
        );
        run.end(126);
      },
    });
    await expect(kube.exec(ls)).rejects.toMatchObject({ reason: 'not-found', detail: 'no-such-program' });
  });

  it.each([
    [
      403,
      'Forbidden',
      'pods "web-0" is forbidden: User "olga" cannot create resource "pods/exec" in API group "" in the namespace "shop"',
      'forbidden',
      'User "olga" may not create pod/web-0 (exec) in namespace shop.',
    ],
    [404, 'NotFound', 'pods "web-0" not found', 'not-found', 'There is no pod/web-0 in namespace shop.'],
    [400, 'BadRequest', 'container x is not valid for pod web-0', 'invalid', /container x is not valid/],
    [500, 'InternalError', 'Internal error occurred: etcd is away', 'unexpected', /etcd is away/],
  ] as const)(
    'refused with %i, in the words of other requests',
    async (code, word, said, reason, message) => {
      const closed = Promise.withResolvers<void>();
      const { kube, runs } = await execServer({
        refuse({ socket }, response) {
          socket.once('close', () => closed.resolve());
          status(response, code, word, said);
          return true;
        },
        run: (run) => run.end(0),
      });
      const failure = await failureOf(kube.exec(ls));
      expect(failure).toMatchObject({ reason, status: code });
      expect(failure.message).toMatch(message);
      expect(runs).toHaveLength(0);
      // nothing is left that would keep the process from ending
      await closed.promise;
    },
  );
});

describe('a program whose end is not heard of', () => {
  it.each([
    ['the connection breaks', 'terminate'],
    ['the server closes without a word', 'close'],
  ] as const)('when %s', async (_what, how) => {
    const { kube, asked } = await execServer({
      run(run) {
        run.send(1, 'half');
        run.socket[how]();
      },
    });
    expect(await failureOf(kube.exec(ls))).toMatchObject({
      reason: 'disconnected',
      detail: 'outcome-unknown',
    });
    expect(asked()).toBe(1);
  });

  it('when nothing answers any more', async () => {
    const { kube } = await execServer({ run: () => undefined }, { execRhythm: { pingMs: 5 } });
    const failure = await failureOf(kube.exec(ls));
    expect(failure).toMatchObject({ reason: 'disconnected', detail: 'outcome-unknown' });
    expect(failure.message).toContain('Nothing was heard');
  });

  it('but not while pings are answered', async () => {
    const { kube } = await execServer(
      {
        run(run) {
          let pings = 0;
          run.socket.on('ping', () => {
            run.socket.pong();
            pings += 1;
            if (pings === 8) run.end(0);
          });
        },
      },
      { execRhythm: { pingMs: 5 } },
    );
    await expect(kube.exec(ls)).resolves.toMatchObject({ exitCode: 0 });
  });

  it('when it takes longer than it may', async () => {
    const { kube } = await execServer({ run: () => undefined });
    expect(await failureOf(kube.exec(ls, { timeoutMs: 40 }))).toMatchObject({
      reason: 'timeout',
      detail: 'outcome-unknown',
      message: expect.stringContaining('did not end within'),
    });
  });

  it.each([
    ['before it is heard of', true],
    ['in its middle', false],
  ])('when nobody waits for it any more, %s', async (_when, early) => {
    const controller = new AbortController();
    const closed = Promise.withResolvers<number>();
    const { kube } = await execServer({
      run(run) {
        run.socket.on('close', closed.resolve);
        if (early) controller.abort(new Error('enough'));
        else run.send(1, 'half');
      },
    });
    const onOutput = () => controller.abort(new Error('enough'));
    expect(await failureOf(kube.exec(ls, { signal: controller.signal, onOutput }))).toMatchObject({
      reason: 'cancelled',
      detail: 'outcome-unknown',
    });
    await expect(closed.promise).resolves.toBe(1006);
  });
});

describe('a client that only reads', () => {
  it('does not even ask for a program that may write', async () => {
    const { kube, asked } = await execServer({ run: (run) => run.end(0) });
    await expect(kube.inspect({ pod: 'web-0', argv: ['rm', '/x'] })).rejects.toMatchObject({
      reason: 'read-only',
    });
    await expect(kube.inspect({ pod: 'web-0', argv: ['ls', '/'], stdin: 'x' })).rejects.toMatchObject({
      reason: 'read-only',
    });
    expect(asked()).toBe(0);
    await expect(kube.inspect({ pod: 'web-0', argv: ['ls', '/'] })).resolves.toMatchObject({ exitCode: 0 });
  });
});
