import { describe, expect, it } from 'vitest';
import { statusLines } from '../../src/cli/status-lines.ts';
import { lookOnce } from '../../src/cli/status-once.ts';
import { PortFailure } from '../../src/ports/failure.ts';
import type { ListRequest, RowHandlers } from '../../src/ports/kubernetes.ts';
import { FakeKubernetes } from '../fakes/fake-kubernetes.ts';
import { deployment, pod } from '../fakes/kube-objects.ts';
import { tableRow } from '../fakes/table-rows.ts';

const NOW = Date.parse('2026-11-22T04:00:00Z');
const [BLUE, GREEN] = ['blue-7d9f6c4b5d-x2vbn', 'green-7d9f6c4b5d-x2vbn'];

const failed = [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }];

/** Two releases, one of which does not come up; in rows as well when asked for them. */
function world({ rows = true } = {}) {
  const cluster = new FakeKubernetes(
    pod(BLUE, { owner: 'blue-7d9f6c4b5d' }),
    pod(GREEN, { owner: 'green-7d9f6c4b5d', ready: false }),
    deployment('blue', { replicas: 1 }),
    deployment('green', { replicas: 1, ready: 0, image: 'web:v2', conditions: failed }),
  );
  const watchRows = (_request: ListRequest, handlers: RowHandlers) => {
    const cells = { Status: 'Running', Restarts: 0, Age: '5d', Node: 'node-1' };
    const page = [tableRow(BLUE, { ...cells, Ready: '1/1' }), tableRow(GREEN, { ...cells, Ready: '0/1' })];
    handlers.onEvent({ type: 'page', rows: page, isFirst: true, isLast: true });
    handlers.onEvent({ type: 'synced' });
  };
  return Object.assign(cluster, rows ? { watchRows } : {});
}

const looked = { namespace: 'banking-app', now: () => NOW };

describe('one look at a namespace', () => {
  it('is a table, worst first', async () => {
    const standing = await lookOnce(world(), looked);
    expect(statusLines(standing, NOW).join('\n')).toMatchInlineSnapshot(`
      "banking-app in test: 1 of 2 pods ready, read at 04:00:00Z

      DEPLOYMENT   READY   ROLLOUT    PODS        RESTARTS   VERSION
      green        0/1     failed     not ready   0          v2
      blue         1/1     complete   Running     0          v1

      POD                      READY   STATUS      RESTARTS   AGE   NODE
      green-7d9f6c4b5d-x2vbn   0/1     not ready   0          5d    node-1
      blue-7d9f6c4b5d-x2vbn    1/1     Running     0          5d    node-1"
    `);
  });

  it('is the same where a server makes no tables', async () => {
    const [byRows, byObjects] = [
      await lookOnce(world(), looked),
      await lookOnce(world({ rows: false }), looked),
    ];
    expect(byObjects.pods.map(({ name, ready }) => [name, ready])).toEqual(
      byRows.pods.map(({ name, ready }) => [name, ready]),
    );
    expect(byObjects.workloads).toEqual(byRows.workloads);
  });

  it('says what it may not see, and shows the rest', async () => {
    const cluster = world().failNext('list', new PortFailure('no', { reason: 'forbidden' }));
    const standing = await lookOnce(cluster, looked);
    expect(standing).toMatchObject({
      gaps: ['deployments: not allowed to list'],
      workloads: [],
      podCount: 2,
    });
  });

  it('fails with the reason when the pods cannot be had', async () => {
    const cluster = Object.assign(world(), {
      watchRows: (_request: ListRequest, handlers: RowHandlers) =>
        handlers.onStatus({ connected: false, heardAt: undefined, problem: 'May not.', reason: 'forbidden' }),
    });
    await expect(lookOnce(cluster, looked)).rejects.toMatchObject({
      message: 'May not.',
      reason: 'forbidden',
    });
  });
});

it('an empty namespace is said to be one', () => {
  const nothing = { podCount: 0, podsReady: 0, workloads: [], pods: [], gaps: [] };
  const standing = { context: 'prod', namespace: 'shop', readAt: '2026-11-22T04:00:00.000Z', ...nothing };
  expect(statusLines(standing, NOW)).toEqual([
    'shop in prod: 0 of 0 pods ready, read at 04:00:00Z',
    '',
    'No pods there.',
  ]);
});
