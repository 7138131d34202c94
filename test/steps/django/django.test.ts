import { describe, expect, it } from 'vitest';
import { PortFailure } from '../../../src/ports/failure.ts';
import { migrate } from '../../../src/steps/django/migrate.ts';
import { plan as planKind } from '../../../src/steps/django/plan.ts';
import { showMigrations } from '../../../src/steps/django/show-migrations.ts';
import type { Plan, StepKind } from '../../../src/steps/step-kind.ts';
import { fakePorts } from '../../fakes/fake-ports.ts';
import { pod } from '../../fakes/kube-objects.ts';
import { planContext, runContext } from '../banking.ts';
import { FakeDjango, MIGRATIONS, refusal, V1, V2 } from './fake-django.ts';

const PLACE = { selector: 'app in (backend-blue, backend-green)' };
const DATABASE = { selector: 'app=postgres', name: 'banking_db', user: 'postgres' };
const BACK = { ...PLACE, database: DATABASE, app: 'accounts', target: '0002' };

function stage(django = new FakeDjango().withDatabase()) {
  const ports = fakePorts({ kubernetes: django.kube });
  const context = planContext(ports);
  return { django, ports, context, run: runContext(ports) };
}

function planOf(kind: StepKind, params: object, { context }: ReturnType<typeof stage>): Promise<Plan> {
  return kind.plan(kind.schema.parse(params), context);
}

async function see(kind: StepKind, params: object, on = stage()) {
  const seen = await kind.observe?.(await planOf(kind, params, on), on.context);
  if (seen === undefined) throw new Error('it does not look');
  return seen;
}

function probed(plan: Plan, { ports, context }: ReturnType<typeof stage>) {
  if (migrate.probe === undefined) throw new Error('it cannot be probed');
  return ports.clock.runUntil(migrate.probe(plan, context));
}

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
    expect(seen.evidence.join('\n')).toContain('passed over: pod/web-0 (web:v1), which has no python');
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

  it('reads through log lines and warnings', async () => {
    const on = stage();
    on.django.noise = { stdout: 'INFO starting\n', stderr: 'RemovedInDjango50Warning: old\n' };
    const seen = await see(showMigrations, { ...PLACE, database: DATABASE }, on);
    expect(seen.outputs).toMatchObject({ latest: { accounts: '0003_account_risk_level' } });
  });

  it('fails with a sentence when no pod has Django, or there is no pod', async () => {
    await expect(see(showMigrations, { selector: 'app=postgres' })).rejects.toThrow(/has no python/);
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

describe('django/migrate', () => {
  it('takes back what was planned, in the pod of the plan, and sees it', async () => {
    const on = stage();
    const plan = await planOf(migrate, BACK, on);
    expect(plan).toMatchObject({ risk: 'dangerous', confirmWord: '0002_transaction' });
    expect(plan.effects[0]?.command).toBe(
      "kubectl exec -n banking-app backend-green-0 -c backend -- env 'PGAPPNAME=rollbook migrate accounts 0002_transaction' 'PGOPTIONS=-c lock_timeout=15000' python manage.py migrate accounts 0002_transaction --no-input",
    );
    expect(plan.undo).toContain('53 values does not come back');
    await migrate.run?.(plan, on.run);
    expect(on.django.applied).toEqual(['accounts.0001_initial', 'accounts.0002_transaction']);
    expect(await migrate.observe?.(plan, on.context)).toMatchObject({ holds: true });
    expect(await probed(plan, on)).toMatchObject({ landed: 'yes' });
  });

  it('goes forward again by undo, and has nothing to do when that was done already', async () => {
    const on = stage();
    const plan = await planOf(migrate, BACK, on);
    expect(await migrate.undo?.(plan, on.context)).toMatchObject({ alreadyDone: true, effects: [] });
    await migrate.run?.(plan, on.run);
    const back = await migrate.undo?.(plan, on.context);
    if (back === undefined) throw new Error('no way back');
    expect(back.risk).toBe('change');
    expect(back.warnings.join('\n')).not.toMatch(/dropped|migrated since/);
    await migrate.run?.(back, on.run);
    expect(on.django.applied.at(-1)).toBe('accounts.0003_account_risk_level');
    expect(await migrate.observe?.(back, on.context)).toMatchObject({ holds: true });
  });

  it('writes nothing when somebody migrated after the plan, or the pod was replaced', async () => {
    const on = stage();
    const plan = await planOf(migrate, BACK, on);
    on.django.applied = on.django.applied.slice(0, 2);
    await expect(migrate.run?.(plan, on.run)).rejects.toMatchObject({ stale: true });
    const other = stage();
    const pinned = await planOf(migrate, BACK, other);
    other.django.kube.put({
      ...pod('backend-green-0', { image: V2, container: 'backend' }),
      metadata: { name: 'backend-green-0', namespace: 'banking-app', uid: 'another' },
    });
    await expect(migrate.run?.(pinned, other.run)).rejects.toMatchObject({ stale: true });
    expect(other.django.applied).toHaveLength(3);
  });

  it('says who holds the lock that it timed out on, and that nothing was done', async () => {
    const on = stage();
    on.django.holding = [
      {
        pid: 99,
        user: 'banking_user',
        application: 'psql',
        state: 'idle in transaction',
        seconds: 300,
        tables: ['accounts_account'],
      },
    ];
    const plan = await planOf(migrate, BACK, on);
    expect(plan.warnings.join('\n')).toContain(
      'In the way: session 99 of banking_user (psql), idle in transaction for 5m',
    );
    await expect(migrate.run?.(plan, on.run)).rejects.toThrow(
      /Nothing was migrated: its transaction was rolled back\. In the way: session 99/,
    );
  });

  it('says how far it came when it fails half-way', async () => {
    const on = stage();
    const plan = await planOf(migrate, { ...BACK, target: '0001' }, on);
    on.django.onMigrate = () => {
      on.django.applied = on.django.applied.slice(0, 2);
      return refusal(1, 'django.db.utils.ProgrammingError: relation "x" does not exist\n');
    };
    await expect(migrate.run?.(plan, on.run)).rejects.toThrow(
      /relation "x" does not exist\. Done before it failed: no longer applied: accounts.0003/,
    );
    expect(await probed(plan, on)).toMatchObject({ landed: 'partly' });
  });

  it('does not call a migration without a transaction undone when it failed', async () => {
    const on = stage();
    on.django.migrations = MIGRATIONS.map((each, index) =>
      index === 2 ? { ...each, backwards: '--\nDROP INDEX CONCURRENTLY "i";\n' } : each,
    );
    const plan = await planOf(migrate, BACK, on);
    expect(plan.warnings.join('\n')).toContain('is not atomic');
    on.django.onMigrate = () => refusal(1, 'Killed');
    await expect(migrate.run?.(plan, on.run)).rejects.toThrow('half of it may be done');
    expect(await probed(plan, on)).toMatchObject({ landed: 'unknown' });
  });

  it('probes until the lost migration is over, and never says no while it is at work', async () => {
    const on = stage();
    const plan = await planOf(migrate, BACK, on);
    const session = { pid: 7, user: 'u', application: 'x', state: 'active', seconds: 3 };
    on.django.migrating = [{ ...session, waitsFor: [{ ...session, pid: 99 }] }];
    expect(await probed(plan, on)).toMatchObject({
      landed: 'unknown',
      evidence: expect.stringContaining('waits for session 99'),
    });
    on.django.migrating = [];
    expect(await probed(plan, on)).toMatchObject({ landed: 'no' });
    const blind = await planOf(migrate, { ...PLACE, app: 'accounts', target: '0002' }, on);
    expect(await probed(blind, on)).toMatchObject({ landed: 'unknown' });
  });

  it('runs without env where a container has none', async () => {
    const on = stage();
    const { program } = on.django.kube;
    on.django.kube.program = (request) => (request.argv[0] === 'env' ? undefined : program(request));
    const plan = await planOf(migrate, BACK, on);
    await migrate.run?.(plan, on.run);
    expect(on.django.applied).toHaveLength(2);
  });

  it('leaves a lost connection to the probe', async () => {
    const on = stage();
    const plan = await planOf(migrate, BACK, on);
    const lost = new PortFailure('The connection was lost', {
      reason: 'disconnected',
      detail: 'outcome-unknown',
    });
    on.django.kube.failNext('exec', lost);
    await expect(migrate.run?.(plan, on.run)).rejects.toBe(lost);
  });

  it('has nothing to do for a target that is reached', async () => {
    const on = stage();
    const plan = await planOf(migrate, { ...BACK, target: '0003' }, on);
    expect(plan).toMatchObject({ alreadyDone: true, effects: [], risk: 'safe' });
  });

  it('names V1 as an image that cannot', async () => {
    const plan = await planOf(migrate, BACK, stage());
    expect(plan.facts.join('\n')).toContain(`not in pod/backend-blue-0 (${V1})`);
  });
});
