import { migrate } from '../../../src/steps/django/migrate.ts';
import type { Plan, StepKind } from '../../../src/steps/step-kind.ts';
import { fakePorts } from '../../fakes/fake-ports.ts';
import { planContext, runContext } from '../banking.ts';
import { FakeDjango } from './fake-django.ts';

export const PLACE = { selector: 'app in (backend-blue, backend-green)' };
export const DATABASE = { selector: 'app=postgres', name: 'banking_db', user: 'postgres' };
export const BACK = { ...PLACE, database: DATABASE, app: 'accounts', target: '0002' };

export function stage(django = new FakeDjango().withDatabase()) {
  const ports = fakePorts({ kubernetes: django.kube });
  const context = planContext(ports);
  return { django, ports, context, run: runContext(ports) };
}

export function planOf(kind: StepKind, params: object, { context }: ReturnType<typeof stage>): Promise<Plan> {
  return kind.plan(kind.schema.parse(params), context);
}

export async function see(kind: StepKind, params: object, on = stage()) {
  const seen = await kind.observe?.(await planOf(kind, params, on), on.context);
  if (seen === undefined) throw new Error('it does not look');
  return seen;
}

export function probed(plan: Plan, { ports, context }: ReturnType<typeof stage>) {
  if (migrate.probe === undefined) throw new Error('it cannot be probed');
  return ports.clock.runUntil(migrate.probe(plan, context));
}
