import { z } from 'zod';
import type { FieldConflict } from '../../ports/failure.ts';
import { namespaceField } from '../fields.ts';
import { readingPlan } from '../reading-plan.ts';
import { type DiffLine, defineKind, type Observation, type PlanContext } from '../step-kind.ts';
import { reviewAccess } from './access.ts';
import { applyFields, applyRules, rulesOf } from './apply-fields.ts';
import type { Comparison } from './comparison.ts';
import { compareAll } from './manifest-set.ts';
import { hasOneSource, ONE_SOURCE, readSource, type SourceRead, sourceFields } from './manifest-source.ts';
import { type Orphan, orphanJson, orphansOf, strangersOf } from './orphans.ts';
import { type Place, placeOf } from './place.ts';
import { readableDiff } from './readable-diff.ts';
import { shownObject } from './shown.ts';

const LINES_SHOWN = 400;

const data = z.object({
  source: z.object({
    commit: z.string().optional(),
    path: z.string(),
    repository: z.string().optional(),
    folder: z.string().optional(),
  }),
  namespace: z.string(),
  rules: applyRules,
});

/** What applying manifests would change in the cluster, as the API server says. */
export const diff = defineKind({
  kind: 'kubernetes/diff',
  description:
    'Compares the manifests of a commit or folder with the cluster by a server-side dry-run: what would change, what others own, what cannot change, and what is left over.',
  schema: z
    .strictObject({ ...sourceFields, ...applyFields, namespace: namespaceField })
    .refine(hasOneSource, ONE_SOURCE),
  risk: 'safe',
  outputs: {
    text: 'The whole difference, as text.',
    changed: 'Objects that would change: "deployment/web".',
    created: 'Objects that would be made.',
    same: 'How many are as the manifests say.',
    blocked: 'Objects that cannot be applied: a list of object, why and next.',
    conflicts: 'Fields that others own and that would change: a list of object, field and manager.',
    owners: 'The managers of those fields, each once.',
    orphans:
      'What later commits brought and these manifests lack: a list of label, resource, kind, name and why.',
    strangers: 'What kubectl applied and no commit that was looked at holds: "configmap/x".',
    keepers:
      'Who else writes these objects (Argo CD, Flux, Helm) and would undo the change, a sentence each.',
    'left-out': 'What of the files was not read, a sentence each.',
  },
  window: { forMs: 0, withinMs: 60_000, everyMs: 5_000 },
  describe: ({ commit, folder, path }) =>
    `Compare the manifests ${folder === undefined ? `in ${path} of commit ${commit ?? ''}` : `in ${folder}`} with the cluster`,
  plan: async (params, context) => {
    const { kube, namespace, options } = await placeOf(context, params.namespace);
    const { commit, path, repository, folder } = params;
    const deployments = { group: 'apps', resource: 'deployments', namespace };
    const permissions = await reviewAccess(
      kube,
      [
        { verb: 'get', ...deployments },
        { verb: 'patch', ...deployments },
      ],
      options,
    );
    return readingPlan(
      `compare ${folder ?? `${path} of ${commit ?? ''}`} with namespace ${namespace}`,
      {
        source: {
          path,
          ...(commit === undefined ? {} : { commit }),
          ...(repository === undefined ? {} : { repository }),
          ...(folder === undefined ? {} : { folder }),
        },
        namespace,
        rules: rulesOf(params),
      },
      permissions,
    );
  },
  observe: async (plan, context) => {
    const { source: asked, namespace, rules } = data.parse(plan.data);
    const place = await placeOf(context, namespace);
    const source = await readSource(asked, context);
    const { objects, keepers, identities } = await compareAll(place, source, rules);
    const orphans = await leftOver(place, context, asked, source, identities);
    const strangers = await strangersOf(place, identities, orphans);
    return observation(source, objects, { keepers, orphans, strangers });
  },
});

async function leftOver(
  place: Place,
  context: PlanContext,
  { path, repository }: { readonly path: string; readonly repository?: string | undefined },
  { commit }: SourceRead,
  identities: ReadonlySet<string>,
): Promise<readonly Orphan[]> {
  return commit === undefined ? [] : orphansOf(place, context, { repository, path, commit, identities });
}

interface Found {
  readonly keepers: readonly string[];
  readonly orphans: readonly Orphan[];
  readonly strangers: readonly string[];
}

function observation(
  source: SourceRead,
  objects: readonly Comparison[],
  { keepers, orphans, strangers }: Found,
): Observation {
  const named = (state: Comparison['state']) =>
    objects.filter((each) => each.state === state).map(({ name }) => name);
  const conflicts = objects.flatMap((each) =>
    each.state === 'conflict' ? each.conflicts.map((conflict) => ({ object: each.name, ...conflict })) : [],
  );
  const blocked = objects.flatMap((each) =>
    each.state === 'blocked' ? [{ object: each.name, why: each.why, next: each.next ?? '' }] : [],
  );
  const [changed, created, same] = [named('change'), named('create'), named('same')];
  const lines = objects.flatMap(linesOf);
  const text = lines.join('\n');
  const parts = [
    counted(changed.length, 'to change'),
    counted(created.length, 'to make'),
    counted(named('conflict').length, 'in conflict'),
    counted(blocked.length, 'blocked'),
    counted(orphans.length, 'left over'),
  ].filter((part) => part !== '');
  return {
    holds: true,
    summary: parts.join(', ') || 'no difference',
    evidence: [
      `${objects.length} objects in ${source.called}, ${same.length} of them as the cluster has them`,
      ...keepers,
      ...lines.slice(0, LINES_SHOWN),
      ...(lines.length > LINES_SHOWN ? [`… and ${lines.length - LINES_SHOWN} more lines`] : []),
      ...orphans.map(({ label, why }) => `left over: ${label} ${why}`),
      ...(strangers.length === 0
        ? []
        : [`applied by kubectl, but in none of these commits: ${strangers.join(', ')}`]),
      ...source.leftOut,
    ],
    outputs: {
      text,
      changed,
      created,
      same: same.length,
      blocked,
      conflicts,
      owners: [...new Set(conflicts.map(({ manager }) => manager))],
      orphans: orphans.map(orphanJson),
      strangers: [...strangers],
      keepers: [...keepers],
      'left-out': [...source.leftOut],
    },
  };
}

function counted(count: number, what: string): string {
  return count === 0 ? '' : `${count} ${what}`;
}

/** One object's difference, a heading and its lines. */
function linesOf(each: Comparison): readonly string[] {
  switch (each.state) {
    case 'same':
      return [];
    case 'create':
      return [
        `+ ${each.name} (${each.file}): is not there, would be made`,
        ...drawn(readableDiff(undefined, shownObject(each.after))),
      ];
    case 'change':
      return [
        `~ ${each.name} (${each.file})`,
        ...drawn(readableDiff(shownObject(each.live ?? each.after), shownObject(each.after))),
      ];
    case 'conflict':
      return [
        `! ${each.name} (${each.file}): others own what would change`,
        ...each.conflicts.map(conflictLine),
      ];
    case 'blocked':
      return [
        `x ${each.name} (${each.file}): ${each.why}`,
        ...(each.next === undefined ? [] : [`    ${each.next}`]),
      ];
    default:
      return each satisfies never;
  }
}

function conflictLine({ field, manager }: FieldConflict): string {
  return `    ${field} is set by ${manager}`;
}

const SIGNS = { same: ' ', removed: '-', added: '+' } as const;

function drawn(lines: readonly DiffLine[]): readonly string[] {
  return lines.map(({ change, text }) => `  ${SIGNS[change]} ${text}`);
}
