import { PortFailure } from '../../ports/failure.ts';
import type { JsonObject } from '../../ports/json.ts';
import type { KubeObject, Kubernetes, ReadOptions } from '../../ports/kubernetes.ts';
import { StepFailure } from '../step-kind.ts';
import { adoptingEntries } from './adoption.ts';
import type { AppliedObject, Applying } from './apply-plan.ts';
import { changedFields, type FieldChange, restoring, sameValue } from './changed-fields.ts';
import { asObject, fingerprintOf, guarded, presentPaths } from './comparison.ts';
import { guardedJsonPatch, versionOf } from './guarded.ts';
import { lastChange } from './last-change.ts';
import { plainObject } from './plain.ts';

const SENDS_BEFORE_GIVING_UP = 4;

/** Writes one object of a plan, if it still is as it was planned for. */
export async function writeObject(
  kube: Kubernetes,
  item: AppliedObject,
  { rules, action }: Applying,
  options: ReadOptions,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const live = await readIfThere(kube, item, options);
    checkUnmoved(item, live, action);
    try {
      return await send(kube, item, live, rules, options);
    } catch (error) {
      // the status may move at any time: what was planned for is checked again, and sent again
      const moved =
        error instanceof PortFailure && error.reason === 'conflict' && error.conflicts.length === 0;
      if (!moved || attempt === SENDS_BEFORE_GIVING_UP) throw error;
    }
  }
}

export async function readIfThere(
  kube: Pick<Kubernetes, 'get'>,
  { target }: AppliedObject,
  options: ReadOptions,
): Promise<KubeObject | undefined> {
  try {
    return await kube.get(target, options);
  } catch (error) {
    if (error instanceof PortFailure && error.reason === 'not-found') return undefined;
    throw error;
  }
}

function checkUnmoved(item: AppliedObject, live: KubeObject | undefined, action: Applying['action']): void {
  const now = live === undefined ? null : fingerprintOf(live);
  if (now === item.fingerprint) return;
  const who = live === undefined ? undefined : lastChange(live);
  const by = who === undefined ? '' : ` (last by ${who})`;
  const what =
    live === undefined
      ? 'was deleted'
      : item.fingerprint === null
        ? 'was made by somebody else'
        : live.metadata.uid === item.uid
          ? `was changed${by}`
          : 'was deleted and made anew';
  throw new StepFailure(`${item.name} ${what} after the plan was made. It was not written.`, {
    stale: true,
    next: `Look at the new plan before you ${action === 'apply' ? 'apply' : 'undo'}.`,
  });
}

async function send(
  kube: Kubernetes,
  item: AppliedObject,
  live: KubeObject | undefined,
  rules: Applying['rules'],
  options: ReadOptions,
): Promise<void> {
  const { target, config, force } = item;
  if (live === undefined) {
    if (item.state === 'create')
      await kube.apply({ object: asObject(config), fieldManager: rules.manager }, options);
    return;
  }
  if (item.state === 'remove') return kube.delete({ target, ...versionOf(live) }, options);
  if (item.state === 'restore') {
    const operations = restoring(item.changes, plainObject(live));
    if (operations.length > 0)
      await kube.patch(
        { target, type: 'json', patch: guardedJsonPatch(versionOf(live), operations) },
        options,
      );
    return;
  }
  const current = item.adopt ? await adopt(kube, item, live, rules, options) : live;
  await kube.apply({ object: guarded(config, current), force, fieldManager: rules.manager }, options);
}

/** Passes what kubectl apply had set to our manager, and has the server rehearse again what was confirmed. */
async function adopt(
  kube: Kubernetes,
  { target, config, changes, name, force }: AppliedObject,
  live: KubeObject,
  rules: Applying['rules'],
  options: ReadOptions,
): Promise<KubeObject> {
  const entries = adoptingEntries(
    live,
    String(config.apiVersion),
    rules.manager,
    presentPaths(live, config, rules),
  );
  const adopted = await kube.patch(
    {
      target,
      type: 'json',
      patch: guardedJsonPatch(versionOf(live), [
        { op: 'replace', path: '/metadata/managedFields', value: entries },
      ]),
      fieldManager: rules.manager,
    },
    options,
  );
  const after = await kube.dryRunApply(
    { object: guarded(config, adopted), force, fieldManager: rules.manager },
    options,
  );
  const foreseen = changedFields(plainObject(live), plainObject(after));
  if (sameChanges(foreseen, changes)) return adopted;
  const differ = differing(foreseen, changes);
  throw new StepFailure(
    `The API server would now do something else with ${name} than was confirmed: ${differ.join(', ')}. It was not written.`,
    {
      stale: true,
      next: 'Look at the new plan before you apply.',
    },
  );
}

function sameChanges(a: readonly FieldChange[], b: readonly FieldChange[]): boolean {
  return differing(a, b).length === 0;
}

/** Paths at which two sets of changes end differently; nothing and an empty map or list are the same. */
function differing(a: readonly FieldChange[], b: readonly FieldChange[]): readonly string[] {
  const [one, other] = [a, b].map((changes) => new Map(changes.map(({ path, after }) => [path, after])));
  const paths = new Set([...(one?.keys() ?? []), ...(other?.keys() ?? [])]);
  return [...paths].filter((path) => !sameValue(bare(one?.get(path)), bare(other?.get(path))));
}

function bare(value: FieldChange['after']): FieldChange['after'] {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((item) => bare(item) ?? null);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value as JsonObject).flatMap(([name, part]) => {
    const left = bare(part);
    return left === undefined ? [] : [[name, left] as const];
  });
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}
