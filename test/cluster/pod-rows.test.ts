import { describe, expect, it } from 'vitest';
import { podAfterRow, projectPodRow, withRow, workloadNamedIn } from '../../src/cluster/pod-rows.ts';
import type { Json } from '../../src/ports/json.ts';
import { tableRow } from '../fakes/table-rows.ts';

const NOW = Date.parse('2026-11-22T04:00:00Z');
const NAME = 'frontend-green-7d9f6c4b5d-x2vbn';

const projected = (cells: Readonly<Record<string, Json>>) => projectPodRow(tableRow(NAME, cells), NOW);

describe('a row of the table of pods', () => {
  it('tells what a pod of the live view needs', () => {
    expect(
      projected({ Ready: '1/2', Status: 'CrashLoopBackOff', Restarts: 4, Age: '54m', Node: 'node-1' }),
    ).toEqual({
      name: NAME,
      workload: 'frontend-green',
      ready: false,
      status: 'CrashLoopBackOff',
      readyContainers: 1,
      containers: 2,
      restarts: 4,
      startedAt: '2026-11-22T03:06:00.000Z',
      node: 'node-1',
      version: '',
    });
  });

  it.each([
    ['all ready', { Ready: '2/2', Status: 'Running' }, true],
    ['one is not', { Ready: '1/2', Status: 'Running' }, false],
    ['a gate is closed', { Ready: '2/2', Status: 'Running', 'Readiness Gates': '0/1' }, false],
    ['going', { Ready: '2/2', Status: 'Terminating' }, false],
    ['done', { Ready: '0/1', Status: 'Completed' }, false],
    ['nothing to be ready', { Ready: '0/0', Status: 'Running' }, false],
    ['another shape', { Ready: '?', Status: 'Running' }, false],
  ])('is ready as its server says: %s', (_what, cells, ready) => {
    expect(projected(cells).ready).toBe(ready);
  });

  it.each([
    [3, 3],
    ['3', 3],
    ['4 (3m12s ago)', 4],
    ['', 0],
    [null, 0],
  ])('reads restarts as older and newer servers write them: %j', (cell, restarts) => {
    expect(projected({ Restarts: cell }).restarts).toBe(restarts);
  });

  it('neutralises every cell', () => {
    const row = projected({ Status: 'Run\u001b[2Jning', Node: 'no\u0007de' });
    expect([row.status, row.node]).toEqual(['Running', 'no␇de']);
  });

  it.each([
    ['frontend-green-7d9f6c4b5d-x2vbn', 'frontend-green'],
    ['node-exporter-x2vbn', 'node-exporter'],
    ['postgres-0', 'postgres'],
    ['debug', 'debug'],
    ['my-important-thing', 'my-important-thing'],
  ])('names the workload behind %s', (pod, workload) => {
    expect(workloadNamedIn(pod)).toBe(workload);
  });
});

describe('news of a pod that is known', () => {
  const known = {
    ...projected({ Ready: '0/1', Status: 'Pending', Age: '5s' }),
    version: 'v2',
    reason: 'no room',
  };

  it('are none while nothing that is drawn has changed: it is the same record', () => {
    const later = projectPodRow(tableRow(NAME, { Ready: '0/1', Status: 'Pending', Age: '9s' }), NOW + 4_400);
    expect(withRow(known, later)).toBe(known);
  });

  it('keep what rows do not tell, and the reason for as long as the state', () => {
    const restarted = withRow(known, projected({ Ready: '0/1', Status: 'Pending', Restarts: 1, Age: '1h' }));
    expect(restarted).toMatchObject({
      version: 'v2',
      reason: 'no room',
      restarts: 1,
      startedAt: known.startedAt,
    });
    const running = withRow(known, projected({ Ready: '1/1', Status: 'Running', Age: '1h' }));
    expect(running).toMatchObject({ version: 'v2', ready: true });
    expect(running).not.toHaveProperty('reason');
  });

  it('of another pod with the same name begin anew', () => {
    const before = { ...known, restarts: 5 };
    const reborn = withRow(before, projected({ Ready: '1/1', Status: 'Running', Restarts: 0, Age: '1s' }));
    expect(reborn.startedAt).toBe(new Date(NOW - 1_000).toISOString());
  });
});

describe('the next row of a pod', () => {
  const first = { Ready: '1/1', Status: 'Running', Restarts: 2, Age: '1h', Node: 'node-1' };
  const known = { ...podAfterRow(undefined, tableRow(NAME, first), NOW), version: 'v2' };

  it.each<[string, Readonly<Record<string, Json>>]>([
    ['nothing new', {}],
    ['another restart', { Restarts: '3 (4s ago)' }],
    ['fewer restarts', { Restarts: 0, Age: '2s' }],
    ['no longer ready', { Ready: '0/1' }],
    ['another status', { Status: 'Error', Ready: '0/1' }],
    ['on another node', { Node: 'node-2' }],
    ['a gate that closes', { 'Readiness Gates': '0/1' }],
  ])('comes to the same however it is got to: %s', (_what, news) => {
    const row = tableRow(NAME, { ...first, ...news });
    expect(podAfterRow(known, row, NOW)).toEqual(withRow(known, projectPodRow(row, NOW)));
  });

  it('is the same record when it says nothing new', () => {
    expect(podAfterRow(known, tableRow(NAME, { ...first, Age: '2h' }), NOW)).toBe(known);
  });
});
