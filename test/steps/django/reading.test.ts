import { describe, expect, it } from 'vitest';
import { migrate } from '../../../src/steps/django/migrate.ts';
import { plan as planKind } from '../../../src/steps/django/plan.ts';
import { showMigrations } from '../../../src/steps/django/show-migrations.ts';
import { pod } from '../../fakes/kube-objects.ts';
import { MIGRATIONS, V2 } from './fake-django.ts';

import { BACK, DATABASE, PLACE, planOf, see, stage } from './stage.ts';

describe('django/show-migrations', () => {
  it('names the pod that can take the latest back, those that cannot, and those without Django', async () => {
    const seen = await see(showMigrations, { ...PLACE, database: DATABASE });
    expect(seen.outputs).toMatchObject({
      apps: ['accounts'],
      latest: { accounts: '0003_account_risk_level' },
      nearest: { accounts: '0002_transaction' },
      pods: { accounts: 'backend-green-0' },
      cannot: { accounts: [expect.stringContaining('pod/backend-blue-0')] },
      missing: { accounts: [] },
    });
    expect(seen.evidence.join('\n')).toContain('passed over: pod/web-0 (web:v1), which has no python3');
  });

  it('sees in the table itself what no running image knows', async () => {
    const on = stage();
    on.django.kube.remove('Pod', 'backend-green-0');
    on.django.kube.put({
      ...(on.django.kube.peek('Deployment', 'backend-green') ?? pod('none')),
      spec: { replicas: 0, template: { spec: { containers: [{ image: V2 }] } } },
    });
    const seen = await see(showMigrations, { ...PLACE, database: DATABASE }, on);
    expect(seen.outputs).toMatchObject({
      missing: { accounts: ['accounts.0003_account_risk_level'] },
      pods: {},
      parked: [{ name: 'backend-green', image: V2 }],
    });
    const blind = await see(showMigrations, PLACE, on);
    expect(blind.outputs).toMatchObject({ missing: { accounts: [] } });
    expect(blind.evidence.join('\n')).toContain('would not be seen');
  });

  it('does not miss the files of squashed migrations that came before', async () => {
    const on = stage();
    on.django.applied = ['accounts.0000_old', ...on.django.applied];
    const seen = await see(showMigrations, { ...PLACE, database: DATABASE }, on);
    expect(seen.outputs).toMatchObject({ missing: { accounts: [] }, pods: { accounts: 'backend-green-0' } });
  });

  it('asks no pod that is terminating, and the next one of an image when the first does not answer', async () => {
    const on = stage();
    on.django.putPod('backend-green-0', V2, { app: 'backend-green', terminating: true });
    on.django.putPod('backend-green-1', V2, { app: 'backend-green' });
    const seen = await see(showMigrations, { ...PLACE, database: DATABASE }, on);
    expect(seen.outputs).toMatchObject({ pods: { accounts: 'backend-green-1' } });
    expect(on.django.kube.calls.filter(({ request }) => Object(request).pod === 'backend-green-0')).toEqual(
      [],
    );
  });

  it('finds Django beside a sidecar, and asks the default container alone where there is one', async () => {
    const on = stage();
    const green = pod('backend-green-0', {
      labels: { app: 'backend-green' },
      image: V2,
      container: 'backend',
    });
    const sidecar = { name: 'proxy', image: 'envoy:1' };
    const running = { name: 'proxy', state: { running: {} } };
    const withSidecar = {
      ...green,
      spec: { containers: [sidecar, { name: 'backend', image: V2 }] },
      status: { ...green.status, containerStatuses: [running, { ...running, name: 'backend' }] },
    };
    on.django.kube.put(withSidecar);
    const params = { ...PLACE, database: DATABASE };
    expect((await see(showMigrations, params, on)).outputs).toMatchObject({
      pods: { accounts: 'backend-green-0' },
    });
    const annotations = { 'kubectl.kubernetes.io/default-container': 'proxy' };
    on.django.kube.put({ ...withSidecar, metadata: { ...green.metadata, annotations } });
    expect((await see(showMigrations, params, on)).outputs).toMatchObject({ pods: {} });
  });

  it('takes python3 where there is no python, and asks one pod of an image without either', async () => {
    const on = stage();
    const { program } = on.django.kube;
    on.django.kube.program = (request) => {
      if (request.argv[0] === 'psql') return program(request);
      if (!request.argv.includes('python3')) return undefined;
      return program({ ...request, argv: ['python', ...request.argv.slice(1)] });
    };
    on.django.putPod('web-1', 'web:v1', { app: 'backend-blue' });
    const plan = await planOf(migrate, BACK, on);
    expect(plan.effects[0]?.command).toContain(' python3 manage.py migrate');
    expect(on.django.kube.calls.filter(({ request }) => Object(request).pod === 'web-1')).toEqual([]);
  });

  it('reads through log lines and warnings', async () => {
    const on = stage();
    on.django.noise = { stdout: 'INFO starting\n', stderr: 'RemovedInDjango50Warning: old\n' };
    const seen = await see(showMigrations, { ...PLACE, database: DATABASE }, on);
    expect(seen.outputs).toMatchObject({ latest: { accounts: '0003_account_risk_level' } });
  });

  it('fails with a sentence when no pod has Django, or there is no pod', async () => {
    await expect(see(showMigrations, { selector: 'app=postgres' })).rejects.toThrow(/has no python3/);
    await expect(see(showMigrations, { selector: 'app=nobody' })).rejects.toThrow('No pod in banking-app');
  });
});

describe('django/plan', () => {
  it('tells what goes, what is locked, which code still expects it, and the SQL', async () => {
    const on = stage();
    on.django.putPod('backend-green-1', V2, { app: 'backend-blue' });
    const seen = await see(planKind, BACK, on);
    expect(seen.outputs).toMatchObject({
      target: '0002_transaction',
      undone: ['accounts.0003_account_risk_level'],
      irreversible: [],
      losses: [{ what: 'accounts_account.risk_level', kind: 'column', count: 53 }],
      locks: ['accounts_account'],
      served: [`service/backend-service sends traffic to ${V2}`],
    });
    expect(Object(seen.outputs).sql).toContain('DROP COLUMN "risk_level"');
  });

  it('names what of other apps goes too', async () => {
    const on = stage();
    on.django.migrations = [
      ...MIGRATIONS,
      {
        app: 'reports',
        name: '0001_initial',
        operations: ['Undo Create model Report'],
        backwards: 'BEGIN;\nDROP TABLE "reports_report" CASCADE;\nCOMMIT;\n',
        after: ['accounts.0003_account_risk_level'],
      },
    ];
    on.django.images[V2] = 4;
    on.django.applied = [...on.django.applied, 'reports.0001_initial'];
    const seen = await see(planKind, BACK, on);
    expect(seen.outputs).toMatchObject({
      undone: ['reports.0001_initial', 'accounts.0003_account_risk_level'],
      'other-apps': ['reports.0001_initial'],
    });
  });

  it('names operations that are not reversible, by the plan or by sqlmigrate', async () => {
    const told =
      'Operation <RunPython <function rate>> in accounts.0003_account_risk_level is not reversible';
    for (const change of [
      { operations: ['Raw Python operation -> IRREVERSIBLE'] },
      { irreversible: told },
      { operations: ['Raw Python operation -> IRREVERSIBLE'], irreversible: told },
    ]) {
      const on = stage();
      on.django.migrations = MIGRATIONS.map((each, index) => (index === 2 ? { ...each, ...change } : each));
      const seen = await see(planKind, BACK, on);
      expect(seen.outputs).toMatchObject({ irreversible: [expect.stringContaining('accounts.0003')] });
      await expect(planOf(migrate, BACK, on)).rejects.toMatchObject({
        message: expect.stringContaining('cannot be taken back'),
        next: expect.stringContaining('forward fix'),
      });
      expect(on.django.applied).toHaveLength(3);
    }
  });

  it.each([
    ['0', 'More than one migration of accounts begins with "0": 0001_initial, 0002_transaction, 0003'],
    ['0009', 'accounts has no migration "0009"; it has 0001_initial'],
  ])('refuses %s as a target', async (target, message) => {
    await expect(see(planKind, { ...BACK, target })).rejects.toThrow(message);
  });

  it('says what to start when no running image has the file', async () => {
    const on = stage();
    on.django.kube.remove('Pod', 'backend-green-0');
    await expect(see(planKind, BACK, on)).rejects.toThrow(
      /no running image has the file.*Only an image that has it/,
    );
  });
});
