import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { isPodReady } from '../../src/cluster/selector.ts';
import { PortFailure } from '../../src/ports/failure.ts';
import type { ExecRequest } from '../../src/ports/kubernetes.ts';
import { fails } from './expect.ts';
import type { World } from './world.ts';

const pods = { group: '', resource: 'pods' };
const MEBIBYTE = 1024 * 1024;

/** Programs in containers, of any image that has a shell. */
export function runningSuite({ kubernetes, reads }: World): void {
  const { namespace } = kubernetes.context;

  async function somePod(): Promise<string | undefined> {
    const { items } = await reads.list(pods);
    for (const pod of items.filter(isPodReady)) {
      const { name } = pod.metadata;
      const shell = kubernetes.exec({ pod: name, argv: ['sh', '-c', 'true'] });
      const ends = await shell.then(
        ({ exitCode }) => exitCode === 0,
        () => false,
      );
      if (ends) return name;
    }
    return undefined;
  }

  type Run = (t: TestContext, shell: (script: string) => ExecRequest) => Promise<void>;
  const inPod = (run: Run) => async (t: TestContext) => {
    const { allowed } = await reads.access({ verb: 'get', ...pods, subresource: 'exec' });
    if (!allowed) return t.skip('this user may not run programs');
    const pod = await somePod();
    if (pod === undefined) return t.skip('no container has a shell');
    await run(t, (script) => ({ pod, argv: ['sh', '-c', script] }));
  };

  describe('programs in containers', () => {
    it(
      'end with their exit code, their streams apart',
      inPod(async (_, shell) => {
        const { exitCode, stdout, stderr } = await kubernetes.exec(shell('echo out; echo err >&2; exit 3'));
        assert.deepEqual({ exitCode, stdout, stderr }, { exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
      }),
    );
    it(
      'get their arguments as they are',
      inPod(async (_, shell) => {
        const words = ["it's", '$HOME', 'a b', '', '*', '"', '\n', 'ä'];
        const { pod } = shell('');
        const argv = ['sh', '-c', 'for word in "$@"; do echo "[$word]"; done', 'sh', ...words] as const;
        const { stdout } = await kubernetes.exec({ pod, argv: [...argv] });
        assert.equal(stdout, words.map((word) => `[${word}]\n`).join(''));
      }),
    );
    it(
      'may print a lot',
      inPod(async (t, shell) => {
        const folder = mkdtempSync(join(tmpdir(), 'rollbook-conformance-'));
        t.after(() => rmSync(folder, { recursive: true, force: true }));
        const outputFile = join(folder, 'output');
        const lines = 200_000;
        const request = { ...shell(`seq 1 ${lines}`), outputFile };
        const { stdout, truncated, outputBytes } = await kubernetes.exec(request);
        const whole = readFileSync(outputFile, 'utf8');
        assert.equal(whole.length, outputBytes);
        assert.equal(whole.split('\n')[lines - 1], String(lines));
        assert.ok(truncated && stdout.length === MEBIBYTE && whole.endsWith(stdout));
      }),
    );
    it(
      'are not there when their names are wrong',
      inPod(async (_, shell) => {
        const { pod } = shell('');
        for (const program of ['rollbook-no-such-program', '/rollbook/no-such-program']) {
          const failure = await kubernetes.exec({ pod, argv: [program] }).catch((error: unknown) => error);
          assert.ok(failure instanceof PortFailure, `${program} was found`);
          assert.deepEqual(
            [failure.reason, failure.detail],
            ['not-found', 'no-such-program'],
            failure.message,
          );
        }
      }),
    );
    it(
      'read their input to its end, where the server can end it',
      inPod(async (_, shell) => {
        const stdin = 'ä'.repeat(100_000);
        const answer = await kubernetes
          .exec({ ...shell('wc -c'), stdin })
          .catch((error: PortFailure) => error);
        if (answer instanceof PortFailure) assert.equal(answer.reason, 'not-served', answer.message);
        else assert.equal(answer.stdout.trim(), '200000');
      }),
    );
    it(
      'are given up after a while, and how they end is not known',
      inPod(async (_, shell) => {
        const failure = await kubernetes
          .exec(shell('sleep 20'), { timeoutMs: 1_000 })
          .catch((error: unknown) => error);
        assert.ok(failure instanceof PortFailure);
        assert.deepEqual([failure.reason, failure.detail], ['timeout', 'outcome-unknown']);
      }),
    );
    it(
      'run in pods and containers that are there',
      inPod(async (_, shell) => {
        const missing = { pod: 'rollbook-no-such-pod', argv: ['true'] } as const;
        await fails(
          'not-found',
          `There is no pod/rollbook-no-such-pod in namespace ${namespace}.`,
          kubernetes.exec(missing),
        );
        const container = 'no-such-container';
        await fails(
          'invalid',
          /container no-such-container is not valid for pod/,
          kubernetes.exec({ ...shell('true'), container }),
        );
      }),
    );
    it('run for those alone who may', async (t) => {
      const { allowed } = await reads.access({ verb: 'get', ...pods, subresource: 'exec' });
      if (allowed) return t.skip('this user may run programs');
      const pod = (await reads.list(pods)).items.find(isPodReady)?.metadata.name;
      if (pod === undefined) return t.skip('no pod is ready');
      await fails(
        'forbidden',
        /may not (get|create) pod\/.* \(exec\)/,
        kubernetes.exec({ pod, argv: ['true'] }),
      );
    });
    it('that may write are not run by a client that only reads', async () => {
      await fails(
        'read-only',
        /not known to only read/,
        reads.inspect({ pod: 'any', argv: ['touch', '/tmp/x'] }),
      );
    });
  });
}
