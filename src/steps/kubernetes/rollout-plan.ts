import { rolloutVerdict } from '../../cluster/rollout.ts';
import type { JsonObject } from '../../ports/json.ts';
import type { KubeObject } from '../../ports/kubernetes.ts';
import { shellLine } from '../../prose/shell-quote.ts';
import { readingPlan } from '../reading-plan.ts';
import { type Plan, StepFailure } from '../step-kind.ts';
import { reviewAccess } from './access.ts';
import { changedFields, changeLines } from './changed-fields.ts';
import { rehearse, versionOf } from './guarded.ts';
import { kubectlPatch } from './kubectl.ts';
import type { Place } from './place.ts';
import { baseOf, DEPLOYMENTS, type Rollout, rolloutRequest } from './rollout-data.ts';
import { revisionOf, revisionsOf, revisionToRestore, templateOf } from './rollout-revisions.ts';

/** Where the rollout stands; nothing is written. */
export async function planStatus(place: Place, name: string): Promise<Plan> {
  const { kube, namespace, options } = place;
  const [deployment, permissions] = await Promise.all([
    kube.get({ ...DEPLOYMENTS, name, namespace }, options),
    reviewAccess(kube, [{ verb: 'get', ...DEPLOYMENTS, namespace, name }], options),
  ]);
  const { summary } = rolloutVerdict(deployment);
  const data: Rollout = { ...baseOf(deployment, namespace), action: 'status', judgedAt: null };
  return readingPlan(`watch the rollout of deployment/${name}`, data, permissions, [`now: ${summary}`]);
}

/** New pods of the same release, as `kubectl rollout restart` makes them. */
export async function planRestart(place: Place, name: string, now: number): Promise<Plan> {
  const restartedAt = new Date(now).toISOString();
  const { plan } = await planWrite(place, name, (deployment) => ({
    ...baseOf(deployment, place.namespace),
    action: 'restart',
    restartedAt,
  }));
  const command = shellLine(['kubectl', 'rollout', 'restart', `deployment/${name}`, '-n', place.namespace]);
  return plan(`restart deployment/${name}`, 'replaces its pods by new ones of the same release', command, {
    warnings: ['A restart cannot be undone; the new pods are of the same release.'],
  });
}

/** Back to the pod template of an earlier revision. */
export async function planRollback(place: Place, name: string, asked?: number): Promise<Plan> {
  const current = await place.kube.get({ ...DEPLOYMENTS, name, namespace: place.namespace }, place.options);
  const revision = revisionToRestore(current, await revisionsOf(place, current), asked);
  const { plan } = await planWrite(place, name, (deployment) =>
    restoring(deployment, place.namespace, revision.template),
  );
  const command = shellLine([
    'kubectl',
    'rollout',
    'undo',
    `deployment/${name}`,
    '-n',
    place.namespace,
    `--to-revision=${revision.number}`,
  ]);
  const from = revisionOf(current);
  const arrow = `revision ${from ?? 'unknown'} -> the template of revision ${revision.number}`;
  return plan(`deployment/${name} ${arrow}`, arrow, command, {
    undo: 'restores the pod template it has now',
  });
}

/** Takes a rollback back: the template that it had replaced. */
export async function planReturn(place: Place, { name, namespace, before }: Rollout): Promise<Plan> {
  if (before === null) {
    throw new StepFailure(`A restart of deployment/${name} cannot be undone.`, {
      next: 'Its pods are of the same release: there is nothing to go back to.',
    });
  }
  const { plan, request } = await planWrite(place, name, (deployment) =>
    restoring(deployment, namespace, before),
  );
  const command = kubectlPatch({ type: 'deployment', name, namespace }, 'json', request.patch);
  const says = 'restores the pod template from before the rollback';
  return plan(`deployment/${name}: ${says}`, says, command, { undo: 'restores the pod template it has now' });
}

function restoring(deployment: KubeObject, namespace: string, template: JsonObject): Rollout {
  return {
    ...baseOf(deployment, namespace),
    action: 'undo',
    template,
    before: templateOf(deployment) ?? null,
  };
}

async function planWrite(
  { kube, namespace, options }: Place,
  name: string,
  dataFor: (deployment: KubeObject) => Rollout,
) {
  const target = { ...DEPLOYMENTS, name, namespace };
  const requestFor = (deployment: KubeObject) => {
    refusePaused(deployment);
    return rolloutRequest(dataFor(deployment), versionOf(deployment));
  };
  const [{ object, after, request, unrehearsed }, permissions] = await Promise.all([
    rehearse(kube, target, requestFor, options),
    reviewAccess(kube, [{ verb: 'patch', ...target }], options),
  ]);
  const data = dataFor(object);
  const wanted = after === undefined ? data.template : templateOf(after);
  const changes = changedFields(templateOf(object) ?? {}, wanted ?? {}, '/spec/template');
  const done = data.action === 'undo' && changes.length === 0;
  const plan = (
    title: string,
    summary: string,
    command: string,
    more: { readonly undo?: string; readonly warnings?: readonly string[] },
  ): Plan => ({
    summary: done ? `deployment/${name} has this pod template already` : title,
    effects: done
      ? []
      : [
          {
            verb: 'patch',
            target: `deployment/${name}`,
            namespace,
            summary,
            diff: changeLines(changes),
            command,
          },
        ],
    risk: done ? 'safe' : 'change',
    preconditions: done
      ? []
      : [
          `deployment/${name} is still at resourceVersion ${data.resourceVersion}, or its status alone has changed`,
        ],
    permissions,
    facts: [`now: ${rolloutVerdict(object).summary}`],
    warnings: [...(unrehearsed === undefined ? [] : [unrehearsed]), ...(more.warnings ?? [])],
    ...(done ? { alreadyDone: true } : more.undo === undefined ? {} : { undo: more.undo }),
    data,
  });
  return { plan, request };
}

function refusePaused({ metadata, spec }: KubeObject): void {
  if (spec?.paused !== true) return;
  throw new StepFailure(
    `deployment/${metadata.name} is paused: nothing would roll out. Nothing was written.`,
    {
      next: `Find out who paused it and why; then kubectl rollout resume deployment/${metadata.name}.`,
    },
  );
}
