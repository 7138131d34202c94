import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RequestAttributes } from '../../../src/sandbox/kubernetes/world-interfaces.ts';
import { ScenarioFaults } from '../../../src/sandbox/world/fault-gate.ts';
import type { Fault } from '../../../src/sandbox/world/fault-spec.ts';
import { systemClock } from '../../../src/sandbox/world/system-clock.ts';
import { testGitLab } from './test-gitlab.ts';

type Match = Extract<Fault['when'], { request: unknown }>['request'];

function scenario(request: Match, ...actions: Fault['actions']): ScenarioFaults {
  return new ScenarioFaults({
    faults: [{ id: 'fault', when: { request }, actions }],
    clock: systemClock(),
    pace: (milliseconds) => milliseconds,
    act: () => {},
    onError: (error) => {
      throw error;
    },
  });
}

describe('a scenario’s fault', () => {
  it.each([
    ['/projects/service%2Fapp-interface', { resource: 'projects', namespace: 'service/app-interface' }],
    ['/projects/20001/merge_requests', { resource: 'merge_requests', namespace: 'service/app-interface' }],
    [
      '/projects/20001/repository/commits/abc/merge_requests',
      { resource: 'commits', name: 'abc', subresource: 'merge_requests', namespace: 'service/app-interface' },
    ],
    ['/user', { resource: 'user' }],
  ])('sees %s as what it is about', async (path, expected) => {
    const seen: RequestAttributes[] = [];
    const { api } = await testGitLab({
      faults: {
        intercept(request) {
          seen.push(request);
          return undefined;
        },
      },
    });
    await api('GET', path);
    const common = { group: 'gitlab', verb: 'get', user: 'operator', dryRun: false };
    expect(seen).toEqual([{ ...common, ...expected }]);
  });

  it.each([
    [undefined, null],
    [7, '7'],
  ])('throttles in plain text, with Retry-After %s', async (retryAfterSeconds, expected) => {
    const faults = scenario(
      { group: 'gitlab', resource: 'merge_requests' },
      { do: 'respond', code: 429, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) },
    );
    const { call } = await testGitLab({ faults });
    const answer = await call('GET', '/merge_requests');
    expect([answer.status, answer.body]).toEqual([429, 'Retry later\n']);
    expect(answer.headers.get('content-type')).toBe('text/plain');
    expect(answer.headers.get('retry-after')).toBe(expected);
    expect((await call('GET', '/merge_requests')).status).toBe(200);
    expect(faults.fired).toMatchObject([{ request: 'get merge_requests by operator' }]);
  });

  it.each([
    [500, undefined, { message: '500 Internal Server Error' }],
    [403, undefined, { message: '403 Forbidden' }],
    [400, 'no', { message: 'no' }],
  ])('answers %i', async (code, message, body) => {
    const action = { do: 'respond' as const, code, ...(message === undefined ? {} : { message }) };
    const { call } = await testGitLab({ faults: scenario({ resource: 'projects' }, action) });
    const answer = await call('GET', '');
    expect([answer.status, answer.body]).toEqual([code, body]);
  });

  it('answers 502 with a page, as the proxy before GitLab does', async () => {
    const faults = scenario({ resource: 'projects' }, { do: 'respond', code: 502 });
    const { call } = await testGitLab({ faults });
    const answer = await call('GET', '');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([502, 'text/html']);
  });

  it('loses the answer of what was done, or the request before it is done', async () => {
    const gitlab = await testGitLab({
      faults: {
        intercept: ({ resource, dryRun }) =>
          resource !== 'branches' ? undefined : dryRun ? { drop: true } : { dropAnswer: true },
      },
    });
    const make = (branch: string, dry_run: boolean) =>
      gitlab.call('POST', '/repository/branches', { branch, ref: 'master', dry_run });
    await expect(make('before', true)).rejects.toThrow('fetch failed');
    await expect(make('after', false)).rejects.toThrow('fetch failed');
    expect([...(await gitlab.project.repository.branches()).keys()]).toEqual(['after', 'master', 'promote']);
    const codes = readFileSync(gitlab.auditPath, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).code);
    expect(codes).toEqual([0, 0]);
  });
});
