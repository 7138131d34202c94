import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Event } from '../../src/engine/event.ts';
import { eventsOf, newPlace, type Place, rollbook, sessionOf, start } from './rollbook.ts';
import { type Sandbox, startSandbox } from './sandbox.ts';

const KAS = 'kas-fleet-manager/rollback';
const WORLD = { preset: 'kas-fleet-manager', timeScale: 4 };
const READS = new Set(['get', 'head', 'list', 'watch', 'search']);
const APPROVER = 'glpat-sandbox-mkowalczyk';

/** The same machine, on which the environment leads to this sandbox. */
function leadingTo({ ready }: Sandbox, place: Place): Place {
  const env = {
    KUBECONFIG: ready.kubeconfig,
    GITLAB_HOST: ready.gitlab?.url ?? '',
    GITLAB_TOKEN: ready.gitlab?.token ?? '',
    GITHUB_API_URL: ready.github?.url ?? '',
    PROMETHEUS_URL: ready.prometheus?.url ?? '',
  };
  return { ...place, env: { ...place.env, ...env } };
}

/** Every attempt to change anything, refused ones too. */
const attempts = (sandbox: Sandbox) =>
  sandbox
    .audit()
    .filter(
      ({ verb, dryRun, path: asked }) => !READS.has(verb) && !dryRun && !asked.includes('accessreviews'),
    )
    .map(({ api, verb, path: asked }) => `${api} ${verb} ${asked}`);

function tokensOf({ ready }: Sandbox): readonly string[] {
  const found = readFileSync(ready.kubeconfig, 'utf8').matchAll(/\btoken: *"?([^\s"]+)/g);
  const tokens = [ready.gitlab?.token ?? '', ...Array.from(found, ([, token]) => token ?? '')];
  expect(tokens.length).toBeGreaterThan(1);
  expect(tokens).not.toContain('');
  return tokens;
}

const saying = (tokens: readonly string[], text: string) => tokens.filter((token) => text.includes(token));

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .filter((name) => statSync(name).isFile());
}

interface MergeRequest {
  readonly iid: number;
  readonly title: string;
  readonly state: string;
  readonly sha: string;
}

async function gitlab<T>({ ready }: Sandbox, asked: string, token: string, body?: object): Promise<T> {
  const answer = await fetch(`${ready.gitlab?.url}/api/v4/projects/service%2Fapp-interface/${asked}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'private-token': token, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(answer.ok, `${asked}: ${answer.status}`).toBe(true);
  return (await answer.json()) as T;
}

/** Every merge request that goes back, whatever became of it. */
async function reverts(sandbox: Sandbox): Promise<readonly MergeRequest[]> {
  const asked = 'merge_requests?state=all&author_username=operator&per_page=100';
  const all = await gitlab<readonly MergeRequest[]>(sandbox, asked, APPROVER);
  return all.filter(({ title }) => title.startsWith('Revert kas-fleet-manager production'));
}

const is = (type: Event['type'], step: string) => (line: string) => {
  const event = JSON.parse(line) as Event;
  return event.type === type && 'step' in event && event.step === step;
};

test('the drill plays itself to the end', async () => {
  const flags = ['--scenario', 'straight', '--auto', '--json', '-i', 'window=1s'];
  const { code, lines, err } = await rollbook(newPlace(), 'drill', KAS, ...flags);
  const last = JSON.parse(lines.at(-1) ?? '{}');
  expect(err).toBe('');
  expect(last).toMatchObject({ type: 'drill-ended', scenario: 'straight' });
  expect(last.expectations.length).toBeGreaterThan(10);
  expect(last.expectations.filter(({ held }: { held: boolean }) => !held)).toEqual([]);
  expect(code).toBe(0);
});

test('a preview writes nowhere and tells no token', async () => {
  const place = newPlace();
  const sandbox = await startSandbox(place, WORLD);
  const { code, out, err } = await rollbook(leadingTo(sandbox, place), 'preview', KAS, '--json');
  expect(err).toBe('');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    world: { mode: 'preview', context: 'sandbox', namespace: 'managed-services-production' },
    totals: { writes: 1, dangerous: 0, missingPermissions: 0 },
  });
  const asked = new Set(sandbox.audit().map(({ api }) => api));
  expect([...asked]).toEqual(expect.arrayContaining(['kubernetes', 'prometheus', 'gitlab']));
  expect(attempts(sandbox)).toEqual([]);
  expect(await reverts(sandbox)).toEqual([]);
  expect(saying(tokensOf(sandbox), out)).toEqual([]);
});

test('killed while it awaits the merge, it goes on with the merge request that it had opened', async () => {
  const home = newPlace();
  const bot = { approvers: 'wait', rebaseAfterSeconds: 4 };
  const sandbox = await startSandbox(home, { ...WORLD, bot });
  const place = leadingTo(sandbox, home);

  const first = await rollbook(place, 'run', KAS, '--yes', '--json', '-i', 'rate-window=20s');
  expect(first.code, first.err).toBe(4);
  const decide = JSON.parse(first.lines.find(is('step-planned', 'decide')) ?? '{}');
  const back = decide.plan.question.options[0].value;
  expect(back).toMatch(/^[0-9a-f]{40}$/);
  expect(attempts(sandbox)).toEqual([]);

  const second = start(place, ['resume', '--yes', '--answer', `decide=${back}`, '--json']);
  await second.line(is('step-observed', 'merged'));
  const [opened] = await reverts(sandbox);
  expect(opened).toMatchObject({ state: 'opened', title: expect.stringContaining(back) });
  second.process.kill('SIGKILL');
  expect(await second.finished).toMatchObject({ signal: 'SIGKILL' });
  const written = attempts(sandbox);
  expect(written.filter((one) => one.includes('gitlab post')).length).toBeGreaterThan(0);

  const third = start(place, ['resume', '--yes', '--json']);
  await third.line(is('step-observed', 'merged'));
  const notes = `merge_requests/${opened?.iid}/notes`;
  await gitlab(sandbox, notes, APPROVER, { body: '/lgtm' });
  await third.line(is('step-succeeded', 'pinned'));
  third.process.kill('SIGINT');
  const { err } = await third.finished;

  expect(err).toBe('');
  expect(eventsOf(third.lines).at(0)).toMatchObject({ type: 'session-resumed' });
  const left = await reverts(sandbox);
  expect(left).toMatchObject([{ iid: opened?.iid, state: 'merged' }]);
  // Another merge landed in between: the bot has rebased it, and it is the same one all the same.
  expect(left[0]?.sha).not.toBe(opened?.sha);
  expect(attempts(sandbox).filter((one) => !one.includes(notes))).toEqual(written);
  const folder = path.join(home.folder, 'state/incidents', sessionOf(eventsOf(first.lines)));
  const kept = filesIn(folder);
  expect(kept.map((file) => path.basename(file))).toContain('journal.jsonl');
  const tokens = tokensOf(sandbox);
  expect(kept.filter((file) => saying(tokens, readFileSync(file, 'utf8')).length > 0)).toEqual([]);
  expect(saying(tokens, [...first.lines, ...second.lines, ...third.lines].join('\n'))).toEqual([]);
});
