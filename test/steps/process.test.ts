import { describe, expect, it } from 'vitest';
import { PortFailure } from '../../src/ports/failure.ts';
import type { ProcessResult } from '../../src/ports/process.ts';
import { command } from '../../src/steps/process/command.ts';
import { shell } from '../../src/steps/process/shell.ts';
import { fakePorts } from '../fakes/fake-ports.ts';
import { FakeProcesses } from '../fakes/fake-processes.ts';
import { planContext, runContext } from './banking.ts';

function world(processes = new FakeProcesses()) {
  const ports = fakePorts({ processes });
  return { processes, plans: planContext(ports), runs: runContext(ports) };
}

const deploy = (given: object = {}) =>
  command.schema.parse({ run: ['deploy', "it's", '$HOME', '--to=blue'], ...given });

describe('a command', () => {
  it('shows the line quoted, and passes each argument as it stands', async () => {
    const { processes, plans, runs } = world(new FakeProcesses().on('deploy', { stdout: 'done' }));
    const plan = await command.plan(
      deploy({ env: { TOKEN: 'a b' }, cwd: '/srv/app one', timeout: '90s' }),
      plans,
    );
    expect(plan.effects[0]?.command).toBe(
      `cd '/srv/app one' && TOKEN='a b' deploy 'it'\\''s' '$HOME' --to=blue`,
    );
    const chunks: string[] = [];
    const outcome = await command.run?.(plan, {
      ...runs,
      outputFile: '/tmp/out',
      emit: (chunk) => chunks.push(chunk),
    });
    expect(processes.runs).toEqual([
      {
        argv: ['deploy', "it's", '$HOME', '--to=blue'],
        env: { TOKEN: 'a b' },
        cwd: '/srv/app one',
        timeoutMs: 90_000,
        outputFile: '/tmp/out',
      },
    ]);
    expect(chunks).toEqual(['done']);
    expect(outcome).toMatchObject({ summary: 'exit 0', outputs: { stdout: 'done', 'exit-code': 0 } });
  });

  it.each<[string, Partial<ProcessResult>, RegExp]>([
    [
      'fails',
      { exitCode: 3, tail: 'first\nlast words\n' },
      /^deploy ended with exit code 3, expected 0 or 2; it said last: last words$/,
    ],
    ['is killed', { exitCode: undefined, signal: 'SIGKILL' }, /^deploy was ended by the signal SIGKILL$/],
    [
      'is too slow',
      { exitCode: undefined, timedOut: true },
      /^deploy did not end within 5 s and was stopped$/,
    ],
  ])('that %s says so', async (_, result, message) => {
    const { plans, runs } = world(new FakeProcesses().on('deploy', result));
    const plan = await command.plan(deploy({ 'expect-exit': [0, 2], timeout: '5s' }), plans);
    const failure = await command.run?.(plan, runs).catch((error: unknown) => error);
    expect(failure).toMatchObject({ message: expect.stringMatching(message), next: expect.any(String) });
  });

  it('takes every exit code that the runbook expects', async () => {
    const { plans, runs } = world(new FakeProcesses().on('deploy', { exitCode: 2 }));
    const plan = await command.plan(deploy({ 'expect-exit': [0, 2] }), plans);
    expect(await command.run?.(plan, runs)).toMatchObject({ outputs: { 'exit-code': 2 } });
  });

  it('that is not installed is an expected failure', async () => {
    const { plans, runs } = world();
    const plan = await command.plan(deploy(), plans);
    await expect(command.run?.(plan, runs)).rejects.toBeInstanceOf(PortFailure);
  });

  it('is safe and without effects when it is declared to change nothing', async () => {
    const plan = await command.plan(deploy({ 'reads-only': true }), world().plans);
    expect(plan).toMatchObject({ risk: 'safe', effects: [], warnings: [] });
  });
});

describe('after an interruption', () => {
  it.each([
    [0, 'yes'],
    [1, 'no'],
    [4, 'unknown'],
  ])('a declared probe that exits with %d means %s', async (exitCode, landed) => {
    const { processes, plans } = world(new FakeProcesses().on('deployed --quiet', { exitCode }));
    const plan = await command.plan(deploy({ probe: { run: ['deployed', '--quiet'] } }), plans);
    expect(await command.probe?.(plan, { ...plans, processes })).toMatchObject({ landed });
    expect(processes.runs.map(({ argv }) => argv)).toEqual([['deployed', '--quiet']]);
  });

  it('nothing is claimed without a probe, or where it cannot run', async () => {
    const { processes, plans } = world();
    const unprobed = await command.plan(deploy(), plans);
    expect(await command.probe?.(unprobed, { ...plans, processes })).toMatchObject({ landed: 'unknown' });
    const probed = await command.plan(deploy({ probe: { run: ['deployed'] } }), plans);
    expect(await command.probe?.(probed, plans)).toMatchObject({
      landed: 'unknown',
      evidence: expect.stringContaining('deployed'),
    });
  });
});

describe('undoing a command', () => {
  it('plans the declared program, which has no way back in turn', async () => {
    const { plans } = world();
    const plan = await command.plan(deploy({ undo: { run: ['deploy', '--back'] }, stdin: 'yes' }), plans);
    expect(plan.undo).toBe('runs deploy --back');
    const back = await command.undo?.(plan, plans);
    expect(back).toMatchObject({
      summary: 'run deploy --back',
      data: { argv: ['deploy', '--back'], stdin: null },
    });
    expect(back?.undo).toBeUndefined();
  });

  it('is refused where none is declared', async () => {
    const { plans } = world();
    const plan = await command.plan(deploy(), plans);
    await expect(command.undo?.(plan, plans)).rejects.toThrow(/declares no undo/);
  });
});

describe('a script', () => {
  it('may not hold expressions', () => {
    const { success, error } = shell.schema.safeParse({ script: 'rm -rf "${{ inputs.folder }}"' });
    expect(success).toBe(false);
    expect(error?.issues[0]?.message).toMatch(/bind the value in env/);
  });

  it('gets its values from the environment alone, and stops at the first failure', async () => {
    const { processes, plans, runs } = world(new FakeProcesses().on('bash', {}));
    const script = 'echo "$WHOM" | tr a b\necho done\n';
    const plan = await shell.plan(
      shell.schema.parse({ script, shell: 'bash', env: { WHOM: '"; reboot' } }),
      plans,
    );
    expect(plan.summary).toBe('run a bash script of 2 lines');
    const short = await shell.plan(shell.schema.parse({ script: 'date' }), plans);
    expect(short.summary).toBe('run a sh script of 1 line');
    expect(plan.effects[0]?.diff).toEqual([
      { change: 'same', text: 'echo "$WHOM" | tr a b' },
      { change: 'same', text: 'echo done' },
    ]);
    await shell.run?.(plan, runs);
    expect(processes.runs).toEqual([
      { argv: ['bash', '-e', '-o', 'pipefail', '-c', script], env: { WHOM: '"; reboot' } },
    ]);
  });
});
