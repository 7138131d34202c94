import { describe, expect, it } from 'vitest';
import { PortFailure } from '../../../src/ports/failure.ts';
import { migrate } from '../../../src/steps/django/migrate.ts';
import { pod } from '../../fakes/kube-objects.ts';
import { MIGRATIONS, refusal, V1, V2 } from './fake-django.ts';

import { BACK, PLACE, planOf, probed, stage } from './stage.ts';

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
    const back = await migrate.undo?.(plan, on.context);
    expect(back?.warnings.join('\n')).toContain('half of it may be done');
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
