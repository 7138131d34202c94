import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventsOf, newPlace, type Place, RUNBOOK, rollbook, sessionOf, start } from './rollbook.ts';
import { QUICK, ROLLED_BACK, type Sandbox, standing, startSandbox } from './sandbox.ts';

const CONFIRMED = ['--yes', '--confirm', 'park-frontend', '--confirm', 'park-backend'] as const;

/** The flags that lead from this sandbox to a session that need not wait. */
function flagsFor({ ready }: Sandbox, ...more: readonly string[]): readonly string[] {
  const prometheus = ready.prometheus === undefined ? [] : ['--prometheus', ready.prometheus.url];
  return [RUNBOOK, '--kubeconfig', ready.kubeconfig, ...prometheus, ...QUICK, ...more];
}

const incidents = ({ folder }: Place) => {
  const state = path.join(folder, 'state/incidents');
  return existsSync(state) ? readdirSync(state) : [];
};

describe('a session without a person at it', () => {
  test('rolls back, with every consent given beforehand', async () => {
    const place = newPlace();
    const sandbox = await startSandbox(place);
    const { code, lines, err } = await rollbook(place, 'run', ...flagsFor(sandbox, ...CONFIRMED, '--json'));
    const events = eventsOf(lines);
    expect(err).toBe('');
    expect(events.at(0)).toMatchObject({
      type: 'session-started',
      world: { mode: 'incident', context: 'sandbox' },
    });
    expect(events.at(-1)).toMatchObject({ type: 'session-ended', outcome: 'succeeded' });
    expect(code).toBe(0);
    expect(await standing(sandbox)).toEqual(ROLLED_BACK);
    expect(
      sandbox.writes().map(({ user, verb, path: where }) => `${user} ${verb} ${where.split('/').slice(-2)}`),
    ).toHaveLength(4);
    const by = events.flatMap((event) => (event.type === 'step-confirmed' ? [[event.step, event.by]] : []));
    expect(by).toEqual([
      ['switch-frontend', '--yes'],
      ['switch-backend', '--yes'],
      ['park-frontend', '--confirm'],
      ['park-backend', '--confirm'],
    ]);
    const verified = await rollbook(place, 'verify', sessionOf(events));
    expect(verified.out).toContain('is whole and unchanged');
    if (hasKubectl())
      expect(kubectl(sandbox, 'get', 'service', 'frontend-service', '-o', 'jsonpath={.spec.selector}')).toBe(
        '{"app":"frontend-blue","color":"blue"}',
      );
  });

  test('--yes stops before what is dangerous; resume goes on from there, in another folder', async () => {
    const place = newPlace();
    const sandbox = await startSandbox(place);
    const first = await rollbook(place, 'run', ...flagsFor(sandbox, '--yes', '--json'));
    const events = eventsOf(first.lines);
    expect(events.at(-1)).toMatchObject({
      type: 'session-paused',
      waitingFor: 'park-frontend',
      reason: expect.stringContaining('--confirm park-frontend answers it'),
    });
    expect(first.code).toBe(4);
    expect(sandbox.writes()).toHaveLength(2);
    const second = await rollbook(place, 'resume', sessionOf(events), '--yes', '--confirm', 'park-frontend');
    expect(second.code).toBe(4);
    expect(second.out).toMatch(/resumed/);
    const third = await rollbook(place, 'resume', '--yes', '--confirm', 'park-backend', '--json');
    expect(eventsOf(third.lines).at(0)).toMatchObject({ type: 'session-resumed' });
    expect(third.code).toBe(0);
    expect(await standing(sandbox)).toEqual(ROLLED_BACK);
    const again = await rollbook(place, 'resume', sessionOf(events));
    expect(again).toMatchObject({ code: 2, err: expect.stringContaining('has ended: succeeded.') });
  });

  test('without any consent it looks, asks once, and has changed nothing', async () => {
    const place = newPlace();
    const sandbox = await startSandbox(place);
    const { code, lines } = await rollbook(place, 'run', ...flagsFor(sandbox, '--json'));
    expect(code).toBe(4);
    expect(eventsOf(lines).at(-1)).toMatchObject({ type: 'session-paused', waitingFor: 'switch-frontend' });
    expect(sandbox.writes()).toEqual([]);
  });

  test('someone who may not is refused before the first write', async () => {
    const place = newPlace();
    const sandbox = await startSandbox(place);
    const flags = flagsFor(sandbox, '--context', 'sandbox-viewer', ...CONFIRMED, '--json');
    const { code, lines } = await rollbook(place, 'run', ...flags);
    expect(eventsOf(lines).at(-1)).toMatchObject({ type: 'session-ended', outcome: 'failed', refused: true });
    expect(code).toBe(3);
    expect(sandbox.writes()).toEqual([]);
  });

  test('a production context raises each risk: --yes is not enough for a switch', async () => {
    const place = newPlace();
    const sandbox = await startSandbox(place);
    writeFileSync(path.join(place.folder, 'rollbook.yaml'), 'contexts: { sandbox: { production: true } }\n');
    const { code, lines } = await rollbook(place, 'run', ...flagsFor(sandbox, '--yes', '--json'));
    expect(code).toBe(4);
    expect(eventsOf(lines).at(-1)).toMatchObject({ waitingFor: 'switch-frontend' });
    expect(sandbox.writes()).toEqual([]);
  });

  test('Ctrl-C finishes what is in flight, pauses and says so; the rest can be resumed', async () => {
    const place = newPlace();
    const sandbox = await startSandbox(place);
    const running = start(place, ['run', ...flagsFor(sandbox, ...CONFIRMED, '--json')]);
    await running.line((line) => line.includes('"step-started"') && line.includes('switch-frontend'));
    running.process.kill('SIGINT');
    const { code, lines } = await running.finished;
    expect(eventsOf(lines).at(-1)).toMatchObject({ type: 'session-paused', reason: 'Interrupted by SIGINT' });
    expect(code).toBe(130);
    const resumed = await rollbook(place, 'resume', ...CONFIRMED);
    expect(resumed.code).toBe(0);
    expect(await standing(sandbox)).toEqual(ROLLED_BACK);
    expect(sandbox.writes()).toHaveLength(4);
  });

  test('a cluster that goes away is a failure in words, not a crash', async () => {
    const place = newPlace();
    const sandbox = await startSandbox(place);
    const running = start(place, ['run', ...flagsFor(sandbox, ...CONFIRMED, '--json')]);
    await running.line((line) => line.includes('"step-succeeded"') && line.includes('live-frontend'));
    sandbox.running.process.kill('SIGKILL');
    const { code, lines, err } = await running.finished;
    expect(err).toBe('');
    const end = eventsOf(lines).at(-1);
    expect(end).toMatchObject({ type: 'session-ended', outcome: 'failed' });
    expect(code).toBe(1);
  });

  test('a change whose answer is lost is looked for, found, and accepted: it is not made twice', async () => {
    const place = newPlace();
    const lost = {
      id: 'lost',
      when: { request: { verb: 'patch', resource: 'services', name: 'frontend-service', dryRun: false } },
      actions: [{ do: 'drop-answer' }],
    };
    const sandbox = await startSandbox(place, { faults: [lost] });
    const { code, lines } = await rollbook(place, 'run', ...flagsFor(sandbox, ...CONFIRMED, '--json'));
    const events = eventsOf(lines);
    expect(events.find((event) => event.type === 'step-interrupted')).toMatchObject({
      step: 'switch-frontend',
      landed: 'yes',
    });
    expect(events.find((event) => event.type === 'step-accepted')).toMatchObject({ step: 'switch-frontend' });
    expect(code).toBe(0);
    expect(await standing(sandbox)).toEqual(ROLLED_BACK);
    expect(sandbox.writes().filter(({ path: where }) => where.includes('frontend-service'))).toHaveLength(1);
  });
});

describe('a mistake is a sentence', () => {
  const BAD_YAML =
    'apiVersion: rollbook/v1\nid: x\ntitle: X\nsteps: [{ id: a, title: A, uses: kubernetes/scal, with: {} }]\n';

  test.each([
    [
      'an unknown runbook',
      ['run', 'banking-app/application-rolback'],
      2,
      /no runbook .*Did you mean banking-app\/application-rollback\?/,
    ],
    [
      'an unknown drill',
      ['drill', RUNBOOK, '--scenario', 'strait'],
      2,
      /no drill strait\. Did you mean straight\?/,
    ],
    ['an unknown input', ['run', RUNBOOK, '-i', 'windw=1s'], 2, /no input windw\. Did you mean window\?/],
    [
      'an input that does not fit',
      ['drill', RUNBOOK, '-i', 'window=soon'],
      2,
      /Input window: soon is not a duration/,
    ],
    ['an input without a name', ['drill', RUNBOOK, '-i', 'window'], 2, /-i window has no name/],
    [
      'a step that is not there',
      ['drill', RUNBOOK, '--confirm', 'park-fronted'],
      2,
      /no such step\. Did you mean park-frontend\?/,
    ],
    [
      'a kubeconfig that is not there',
      ['run', RUNBOOK, '--kubeconfig', 'nope'],
      2,
      /kubeconfig .*nope does not exist/,
    ],
    [
      'a context that is not there',
      ['run', RUNBOOK, '--kubeconfig', 'kubeconfig', '--context', 'prod'],
      2,
      /no context "prod"/,
    ],
    ['no cluster at all', ['run', RUNBOOK], 2, /No Kubernetes cluster is configured/],
    ['an unknown session', ['resume', 'nothing'], 2, /no session nothing/],
    ['nothing to resume', ['resume'], 2, /no session to resume/],
    ['attach without a terminal', ['attach'], 2, /no session to attach to/],
    ['a runbook that is wrong', ['run', './bad.yaml'], 2, /bad\.yaml:4:\d+[\s\S]*kubernetes\/scale/],
    ['settings that are wrong', ['preview', RUNBOOK], 2, /rollbook\.yaml is not as expected/],
    ['--auto on a real cluster', ['run', RUNBOOK, '--auto'], 2, /unknown option '--auto'/],
  ] as const)('%s', async (name, args, exit, says) => {
    const place = newPlace();
    writeFileSync(path.join(place.folder, 'bad.yaml'), BAD_YAML);
    writeFileSync(path.join(place.folder, 'kubeconfig'), KUBECONFIG);
    if (name.startsWith('settings')) writeFileSync(path.join(place.folder, 'rollbook.yaml'), 'context: 7\n');
    const { code, out, err } = await rollbook(place, ...args);
    expect(err).toMatch(says);
    expect(err, 'a stack').not.toMatch(/^\s+at .*:\d+/m);
    expect(out).toBe('');
    expect(code).toBe(exit);
    expect(incidents(place)).toEqual([]);
  });

  test('a server that does not answer', async () => {
    const place = newPlace();
    const port = await closedPort();
    writeFileSync(
      path.join(place.folder, 'kubeconfig'),
      KUBECONFIG.replace('https://127.0.0.1:1', `https://127.0.0.1:${port}`),
    );
    const { code, out, err } = await rollbook(place, 'run', RUNBOOK, '--kubeconfig', 'kubeconfig', '--yes');
    expect(out + err).toMatch(/127\.0\.0\.1:\d+/);
    expect(out + err).not.toMatch(/^\s+at .*:\d+/m);
    expect(code).toBe(1);
  });

  test('a reader that has seen enough is no error', async () => {
    const place = newPlace();
    const out = execFileSync(
      'sh',
      ['-c', `"$0" "$1" list --json | head -n 1`, process.execPath, path.resolve('bin/rollbook.cjs')],
      {
        env: { ...place.env },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    expect(out).toBe('[\n');
  });
});

const KUBECONFIG = `apiVersion: v1
kind: Config
current-context: here
clusters: [{ name: here, cluster: { server: "https://127.0.0.1:1" } }]
users: [{ name: me, user: { token: t } }]
contexts: [{ name: here, context: { cluster: here, user: me } }]
`;

function closedPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

function hasKubectl(): boolean {
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .some((folder) => existsSync(path.join(folder, 'kubectl')));
}

function kubectl({ ready }: Sandbox, ...args: readonly string[]): string {
  return execFileSync('kubectl', ['--kubeconfig', ready.kubeconfig, ...args], { encoding: 'utf8' });
}
