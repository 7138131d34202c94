import { z } from 'zod';
import { shellLine } from '../../prose/shell-quote.ts';
import { jsonField } from '../fields.ts';
import { type Effect, type Plan, StepFailure } from '../step-kind.ts';
import { reviewAccess } from './access.ts';
import { applyRules } from './apply-fields.ts';
import { type Change, type Comparison, fingerprintOf } from './comparison.ts';
import type { ComparedSet } from './manifest-set.ts';
import type { SourceRead } from './manifest-source.ts';
import type { Place } from './place.ts';
import { readableDiff } from './readable-diff.ts';
import { resourceText } from './resource-type.ts';
import { LAST_APPLIED_PATH, shownObject } from './shown.ts';

const target = z.object({
  group: z.string(),
  resource: z.string(),
  version: z.string().exactOptional(),
  name: z.string(),
  namespace: z.string().exactOptional(),
});
const change = z.object({
  path: z.string(),
  before: jsonField.exactOptional(),
  after: jsonField.exactOptional(),
});

export const applyData = z.object({
  /** 'return' puts back what an 'apply' has changed. */
  action: z.enum(['apply', 'return']),
  namespace: z.string(),
  rules: applyRules,
  /** When it was planned, in milliseconds since the epoch: warnings after that are news. */
  at: z.number(),
  objects: z.array(
    z.object({
      name: z.string(),
      kind: z.string(),
      target,
      /** What it does to the object: 'restore' sets fields back, 'remove' deletes what was made. */
      state: z.enum(['create', 'change', 'restore', 'remove']),
      /** What is applied, preconditions apart; empty for a way back. */
      config: z.record(z.string(), jsonField),
      force: z.boolean(),
      adopt: z.boolean(),
      /** Of the object as it was planned for; null for one that is not there. */
      fingerprint: z.string().nullable(),
      uid: z.string().nullable(),
      changes: z.array(change),
    }),
  ),
});
export type Applying = z.infer<typeof applyData>;
export type AppliedObject = Applying['objects'][number];

/** The plan of applying what differs; refused while it is open whose fields win. */
export async function planApply(
  place: Place,
  source: SourceRead,
  { objects, keepers }: ComparedSet,
  rules: Applying['rules'],
  at: number,
): Promise<Plan> {
  refuseOpenConflicts(objects);
  const changes = objects.filter(
    (each): each is Change => each.state === 'change' || each.state === 'create',
  );
  const { kube, namespace, options } = place;
  const permissions = await reviewAccess(
    kube,
    changes.map(({ target: { group, resource, name } }) => ({
      verb: 'patch',
      group,
      resource,
      namespace,
      name,
    })),
    options,
  );
  const forced = changes.filter(({ force, taken }) => force && taken.length > 0);
  const selectors = changes.filter(({ changes: fields }) =>
    fields.some(({ path }) => path.startsWith('/spec/selector')),
  );
  const dangerous =
    forced.length > 0 || selectors.some(({ target: { resource } }) => resource === 'services');
  const blocked = objects.filter((each) => each.state === 'blocked');
  const same = objects.filter((each) => each.state === 'same').length;
  const done = changes.length === 0;
  const title = `${source.called} in namespace ${namespace}`;
  return {
    summary: done
      ? `namespace ${namespace} is as ${source.called} says`
      : `apply ${counted(changes.length)} of ${title}`,
    effects: changes.map((each) => effectOf(each, source, rules.manager)),
    risk: done ? 'safe' : dangerous ? 'dangerous' : 'change',
    ...(dangerous && !done ? { confirmWord: namespace } : {}),
    preconditions: changes.map(({ name, live }) =>
      live === undefined ? `${name} is still not there` : `${name} is still as it was read`,
    ),
    permissions,
    facts: [
      ...(done ? [] : ['the API server rehearsed every one of these writes and accepts it']),
      ...(same === 0 ? [] : [`${counted(same)} are as the manifests say and stay as they are`]),
      ...keptFacts(changes, rules.untouched),
    ],
    warnings: [
      ...keepers,
      ...forced.flatMap(({ name, taken }) =>
        taken.map(({ field, manager }) => `${name}: ${field} was set by ${manager} and is overwritten.`),
      ),
      ...changes.flatMap(selectorWarning),
      ...blocked.map((each) =>
        each.state === 'blocked'
          ? `Not applied: ${each.name}, ${each.why}${each.next === undefined ? '' : ` ${each.next}`}`
          : '',
      ),
      ...source.leftOut,
    ],
    ...(done
      ? { alreadyDone: true }
      : {
          undo: `puts ${counted(changes.length)} back as ${changes.length === 1 ? 'it is' : 'they are'} now`,
        }),
    data: {
      action: 'apply',
      namespace,
      rules,
      at,
      objects: changes.map(dataOf),
    },
  };
}

function refuseOpenConflicts(objects: readonly Comparison[]): void {
  const open = objects.flatMap((each) =>
    each.state === 'conflict'
      ? each.conflicts.map(({ field, manager }) => `${each.name} ${field} (${manager})`)
      : [],
  );
  if (open.length === 0) return;
  throw new StepFailure(
    `Others own fields that this would change: ${open.slice(0, 5).join(', ')}${open.length > 5 ? ` and ${open.length - 5} more` : ''}. Nothing was written.`,
    {
      next: 'Decide for each of these owners: leave keeps what they set, take-over overwrites it.',
      details: open,
    },
  );
}

function effectOf(each: Change, source: SourceRead, manager: string): Effect {
  const { name, file, target: at, live, after, adopt, force } = each;
  const before = live === undefined ? undefined : shownObject(live);
  const path = source.root === '' ? file : `${source.root.replace(/\/$/, '')}/${file}`;
  const fields = each.changes.filter(({ path: at }) => at !== LAST_APPLIED_PATH).length;
  return {
    verb: live === undefined ? 'create' : 'apply',
    target: name,
    ...(at.namespace === undefined ? {} : { namespace: at.namespace }),
    summary:
      live === undefined
        ? `${name} made as ${file} says`
        : `${name}: ${fields === 1 ? 'a field' : `${fields} fields`} as ${file} says${adopt ? '; what kubectl apply had set passes to us' : ''}`,
    diff: readableDiff(before, shownObject(after)),
    command: shellLine([
      'kubectl',
      'apply',
      '--server-side',
      `--field-manager=${manager}`,
      ...(force ? ['--force-conflicts'] : []),
      ...(at.namespace === undefined ? [] : ['-n', at.namespace]),
      '-f',
      path,
    ]),
  };
}

function keptFacts(changes: readonly Change[], untouched: readonly string[]): readonly string[] {
  const kinds = new Set(changes.map(({ after }) => after.kind ?? ''));
  const kept = untouched.filter((text) => kinds.has(text.split('.')[0] ?? ''));
  return kept.length === 0 ? [] : [`left as they are in the cluster: ${kept.join(', ')}`];
}

function selectorWarning({ name, target: { resource }, state, after, changes }: Change): readonly string[] {
  if (resource !== 'services') return [];
  if (state === 'create')
    return [
      `${name} is made with the selector of the manifest, ${JSON.stringify(after.spec?.selector ?? {})}: is that the colour that shall serve?`,
    ];
  return changes.some(({ path }) => path.startsWith('/spec/selector'))
    ? [`${name}: its selector changes, and with it who gets the traffic.`]
    : [];
}

function dataOf({
  name,
  target: at,
  state,
  config,
  force,
  adopt,
  live,
  changes,
  after,
}: Change): AppliedObject {
  return {
    name,
    kind: after.kind ?? '',
    target: {
      group: at.group,
      resource: at.resource,
      name: at.name,
      ...(at.version === undefined ? {} : { version: at.version }),
      ...(at.namespace === undefined ? {} : { namespace: at.namespace }),
    },
    state,
    config: { ...config },
    force,
    adopt,
    fingerprint: live === undefined ? null : fingerprintOf(live),
    uid: live?.metadata.uid ?? null,
    changes: changes.map(({ path, before, after: value }) => ({
      path,
      ...(before === undefined ? {} : { before }),
      ...(value === undefined ? {} : { after: value }),
    })),
  };
}

export function counted(count: number): string {
  return count === 1 ? '1 object' : `${count} objects`;
}

/** 'deployments.apps/web' */
export function kubectlName({ target: at }: AppliedObject): string {
  return `${resourceText(at)}/${at.name}`;
}
