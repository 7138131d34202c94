import { z } from 'zod';
import { PortFailure } from '../../ports/failure.ts';
import { namespaceField } from '../fields.ts';
import {
  defineKind,
  type Landed,
  type Outcome,
  type Plan,
  type PlanContext,
  type RunContext,
  StepFailure,
} from '../step-kind.ts';
import { applyFields, rulesOf } from './apply-fields.ts';
import { observeApplied } from './apply-observe.ts';
import { type AppliedObject, applyData, counted, planApply } from './apply-plan.ts';
import { planReturn } from './apply-return.ts';
import { readIfThere, writeObject } from './apply-run.ts';
import { sameValue, valueAt } from './changed-fields.ts';
import { compareAll } from './manifest-set.ts';
import { hasOneSource, ONE_SOURCE, readSource, sourceFields } from './manifest-source.ts';
import { placeOf, writablePlace } from './place.ts';
import { plainObject } from './plain.ts';

/** Brings objects to what manifests say, field by field, and watches their rollouts. */
export const apply = defineKind({
  kind: 'kubernetes/apply',
  description:
    'Applies the manifests of a commit or folder server-side, exactly as rehearsed and shown, one object after the other, and waits until what runs has rolled out.',
  schema: z
    .strictObject({ ...sourceFields, ...applyFields, namespace: namespaceField })
    .refine(hasOneSource, ONE_SOURCE),
  risk: 'change',
  outputs: {
    applied: 'The objects that were changed or made: "deployment/web".',
    deployments: 'Names of the Deployments among them.',
    troubled: 'Names of those Deployments that have not rolled out.',
    warnings: 'Warning events since then, a line each.',
  },
  window: { forMs: 5_000, withinMs: 600_000, everyMs: 2_000 },
  describe: ({ commit, folder, path }) =>
    `Apply the manifests ${folder === undefined ? `in ${path} of commit ${commit ?? ''}` : `in ${folder}`}`,
  plan: async (params, context) => {
    const place = await placeOf(context, params.namespace);
    const rules = rulesOf(params);
    const source = await readSource(params, context);
    const compared = await compareAll(place, source, rules);
    return planApply(place, source, compared, rules, context.ports.clock.now());
  },
  run,
  observe: observeApplied,
  probe,
  undo: async (plan, context) => {
    const data = applyData.parse(plan.data);
    return planReturn(await placeOf(context, data.namespace), data, context.ports.clock.now());
  },
});

async function run(plan: Plan, context: RunContext): Promise<Outcome> {
  const data = applyData.parse(plan.data);
  const { kube, options } = await writablePlace(context);
  const written: string[] = [];
  for (const item of data.objects) {
    context.signal.throwIfAborted();
    try {
      await writeObject(kube, item, data, options);
    } catch (error) {
      throw told(error, item, written, data.objects);
    }
    written.push(item.name);
    context.emit(`${item.name} ${PAST[item.state]}\n`);
  }
  const deployments = data.objects
    .filter(({ kind }) => kind === 'Deployment')
    .map(({ target }) => target.name);
  return {
    summary: counted(written.length),
    evidence: [`the API server took ${written.join(', ')}`],
    outputs: { applied: written, deployments, troubled: [], warnings: [] },
  };
}

const PAST: Readonly<Record<AppliedObject['state'], string>> = {
  create: 'made',
  change: 'applied',
  restore: 'put back',
  remove: 'deleted',
};

/** The failure, with what was and what was not written before it. */
function told(
  error: unknown,
  item: AppliedObject,
  written: readonly string[],
  all: readonly AppliedObject[],
): unknown {
  const others = all.slice(written.length + 1).map(({ name }) => name);
  const sofar = [
    ...(written.length === 0 ? [] : [`Written before it: ${written.join(', ')}.`]),
    ...(others.length === 0 ? [] : [`Not begun: ${others.join(', ')}.`]),
  ];
  if (error instanceof StepFailure) {
    const { next, stale, message } = error;
    const details = { stale, cause: error, ...(next === undefined ? {} : { next }) };
    return new StepFailure([message, ...sofar].join(' '), details);
  }
  if (!(error instanceof PortFailure)) return error;
  const { reason, next, status, detail, conflicts } = error;
  const message = error.message.includes(item.target.name) ? error.message : `${item.name}: ${error.message}`;
  return new PortFailure([message, ...sofar].join(' '), {
    reason,
    next,
    status,
    detail,
    conflicts,
    cause: error,
  });
}

async function probe(plan: Plan, context: PlanContext): Promise<Landed> {
  const data = applyData.parse(plan.data);
  const place = await placeOf(context, data.namespace);
  const found = await Promise.all(
    data.objects.map(async (item) => ({ item, landed: await landedOf(place, item) })),
  );
  const named = (wanted: Landed['landed']) =>
    found.filter(({ landed }) => landed === wanted).map(({ item }) => item.name);
  const [yes, no, unknown] = [named('yes'), named('no'), [...named('partly'), ...named('unknown')]];
  const evidence = [
    ...(yes.length === 0 ? [] : [`Written: ${yes.join(', ')}.`]),
    ...(no.length === 0 ? [] : [`Not written: ${no.join(', ')}.`]),
    ...(unknown.length === 0 ? [] : [`Neither as before nor as wanted: ${unknown.join(', ')}.`]),
  ].join(' ');
  if (no.length === 0 && unknown.length === 0) return { landed: 'yes', evidence };
  if (yes.length === 0 && unknown.length === 0) return { landed: 'no', evidence };
  return { landed: yes.length === 0 ? 'unknown' : 'partly', evidence };
}

async function landedOf(
  { kube, options }: Awaited<ReturnType<typeof placeOf>>,
  item: AppliedObject,
): Promise<Landed['landed']> {
  const live = await readIfThere({ get: (ref, read) => kube.get(ref, read) }, item, options);
  if (item.state === 'create') return live === undefined ? 'no' : 'yes';
  if (item.state === 'remove')
    return live === undefined ||
      live.metadata.deletionTimestamp !== undefined ||
      live.metadata.uid !== item.uid
      ? 'yes'
      : 'no';
  if (live === undefined) return 'unknown';
  const now = plainObject(live);
  const wantedBack = item.state === 'restore';
  const are = (side: 'before' | 'after') =>
    item.changes.every((each) => sameValue(valueAt(now, each.path), each[side]));
  if (are(wantedBack ? 'before' : 'after')) return 'yes';
  return are(wantedBack ? 'after' : 'before') ? 'no' : 'unknown';
}
