import { rolloutVerdict } from '../../cluster/rollout.ts';
import { PortFailure } from '../../ports/failure.ts';
import type { KubeObject } from '../../ports/kubernetes.ts';
import type { Observation, Plan, PlanContext } from '../step-kind.ts';
import { type AppliedObject, type Applying, applyData, counted } from './apply-plan.ts';
import { readIfThere } from './apply-run.ts';
import { sameValue, valueAt } from './changed-fields.ts';
import { lastChange } from './last-change.ts';
import { type Place, placeOf } from './place.ts';
import { plainObject } from './plain.ts';
import { judgedAt } from './rollout-data.ts';
import { whyNotReady } from './why-not-ready.ts';
import { podSelectorOf } from './workload.ts';

const WARNINGS_SHOWN = 5;

interface Looked {
  readonly item: AppliedObject;
  readonly holds: boolean;
  readonly says: string;
  readonly hopeless?: string;
}

/** Is every object as it was applied, and has what runs rolled out? */
export async function observeApplied(plan: Plan, context: PlanContext): Promise<Observation> {
  const data = applyData.parse(plan.data);
  const place = await placeOf(context, data.namespace);
  const looked = await Promise.all(data.objects.map((item) => look(place, item, data)));
  const warnings = await warningsSince(place, data);
  const waiting = looked.filter(({ holds }) => !holds);
  const hopeless = looked.flatMap((each) => (each.hopeless === undefined ? [] : [each.hopeless]));
  const deployments = data.objects
    .filter(({ kind }) => kind === 'Deployment')
    .map(({ target }) => target.name);
  return {
    holds: waiting.length === 0,
    ...(hopeless.length === 0 ? {} : { hopeless: hopeless.join(' ') }),
    summary:
      waiting.length === 0
        ? `${counted(looked.length)} as wanted`
        : waiting.map(({ says }) => says).join('; '),
    evidence: [
      ...looked.map(({ says }) => says),
      ...(warnings.length === 0
        ? ['no warnings since']
        : warnings.slice(0, WARNINGS_SHOWN).map((line) => `warning: ${line}`)),
    ],
    outputs: {
      applied: data.objects.map(({ name }) => name),
      deployments,
      troubled: waiting.filter(({ item }) => item.kind === 'Deployment').map(({ item }) => item.target.name),
      warnings: [...warnings],
    },
  };
}

async function look(place: Place, item: AppliedObject, { at, action }: Applying): Promise<Looked> {
  const { name, state, changes, uid } = item;
  const live = await readIfThere(place.kube, item, place.options);
  if (state === 'remove') {
    const gone = live === undefined || live.metadata.uid !== uid;
    return { item, holds: gone, says: gone ? `${name} is gone` : `${name} is still there` };
  }
  if (live === undefined) return { item, holds: false, says: `${name} is not there` };
  const side = state === 'restore' ? 'before' : 'after';
  const now = plainObject(live);
  const apart = changes
    .filter((each) => !sameValue(valueAt(now, each.path), each[side]))
    .map(({ path }) => path);
  if (apart.length > 0) {
    const who = lastChange(live);
    return {
      item,
      holds: false,
      says: `${name} differs in ${apart.join(', ')}${who === undefined ? '' : `, last changed by ${who}`}`,
    };
  }
  if (item.kind !== 'Deployment') return { item, holds: true, says: `${name} is as wanted` };
  // what was there before may never have come up: that it is back is all that an undo can promise
  if (action === 'return') {
    const { observed, summary } = rolloutVerdict(live);
    return { item, holds: observed, says: `${name} is as before, ${summary}` };
  }
  return rolled(place, item, live, at);
}

async function rolled(place: Place, item: AppliedObject, live: KubeObject, at: number): Promise<Looked> {
  const verdict = rolloutVerdict(live);
  const { name } = item;
  if (verdict.holds) return { item, holds: true, says: `${name} ${verdict.summary}` };
  const why = await whyNotReady(place, podSelectorOf(live));
  const says = `${name} ${verdict.summary}${why === undefined ? '' : `, ${why}`}`;
  // a verdict from before the write says nothing about it
  const judged = Date.parse(judgedAt(live) ?? '');
  if (verdict.hopeless === undefined || !(judged >= at - 1000)) return { item, holds: false, says };
  return {
    item,
    holds: false,
    says,
    hopeless: `${verdict.hopeless.replace(/\.$/, '')}.${why === undefined ? '' : ` ${why}`}`,
  };
}

/** New warnings about these objects and their pods; none where they may not be read. */
async function warningsSince(
  { kube, namespace, options }: Place,
  { objects, at }: Applying,
): Promise<readonly string[]> {
  const names = objects.map(({ target }) => target.name);
  try {
    const fieldSelector = 'type=Warning';
    const { items } = await kube.list({ group: '', resource: 'events', namespace, fieldSelector }, options);
    return items.flatMap((event) => {
      const about = involved(event);
      const mine = names.some((name) => about === name || about.startsWith(`${name}-`));
      const message = typeof event.message === 'string' ? event.message.trim().replace(/\s+/g, ' ') : '';
      return mine && seen(event) > at ? [`${about}: ${message}`] : [];
    });
  } catch (error) {
    if (error instanceof PortFailure && error.reason !== 'cancelled') return [];
    throw error;
  }
}

function involved(event: KubeObject): string {
  const { involvedObject } = event;
  return typeof involvedObject === 'object' && involvedObject !== null && 'name' in involvedObject
    ? String(involvedObject.name)
    : '';
}

function seen(event: KubeObject): number {
  return Date.parse(String(event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp)) || 0;
}
