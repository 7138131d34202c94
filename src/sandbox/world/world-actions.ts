import type { ControllerContext } from '../kubernetes/controllers/controller-context.ts';
import { timeText } from '../kubernetes/controllers/deployment-status.ts';
import { PODS } from '../kubernetes/controllers/keys.ts';
import { deletePod } from '../kubernetes/controllers/replica-set-controller.ts';
import { recordUpdate } from '../kubernetes/patch/managed-fields.ts';
import { mergePatch } from '../kubernetes/patch/merge-patch.ts';
import { schemaOf } from '../kubernetes/schema/kinds.ts';
import type { Store, StoredObject, TypeKey } from '../kubernetes/store.ts';
import { deploymentOf } from './applications.ts';

const RBAC = 'rbac.authorization.k8s.io';

interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** Deletes some pods of a Deployment, as an eviction would. */
export function killPods(context: ControllerContext, deployment: string, count: number): void {
  const pods = context.view.all(PODS).filter((pod) => deploymentOf(pod) === deployment);
  for (const pod of pods.slice(0, count)) deletePod(context, pod);
}

export interface Edit {
  readonly group?: string | undefined;
  readonly resource: string;
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly patch: Readonly<Record<string, unknown>>;
  readonly manager?: string | undefined;
}

/** Edits an object as someone with `kubectl edit` does: its resourceVersion moves and the edit is signed. */
export function editObject(store: Store, edit: Edit, defaultNamespace: string, now: number): void {
  const key: TypeKey = { group: edit.group ?? '', resource: edit.resource };
  const inNamespace = edit.namespace ?? defaultNamespace;
  const before = store.get(key, inNamespace, edit.name) ?? store.get(key, undefined, edit.name);
  if (before === undefined) throw new Error(`There is no ${edit.resource} "${edit.name}" to edit.`);
  const after = structuredClone(mergePatch(before, edit.patch)) as StoredObject;
  const writer = { manager: edit.manager ?? 'kubectl-edit', time: timeText(now) };
  recordUpdate(before, after, schemaOf(key), writer);
  store.update(key, after);
}

export interface Withdrawal {
  readonly user: string;
  readonly verbs: readonly string[];
  readonly group?: string | undefined;
  readonly resource: string;
  /** Only for this object; the others keep what they had. */
  readonly name?: string | undefined;
}

/** Takes verbs on a resource out of all roles bound to this user: its access reviews say so too. */
export function withdrawPermission(store: Store, withdrawal: Withdrawal): void {
  for (const resource of ['rolebindings', 'clusterrolebindings']) {
    for (const binding of store.list({ group: RBAC, resource })) {
      const subjects: { kind: string; name: string }[] = binding.subjects ?? [];
      const bound = subjects.some(({ kind, name }) => kind === 'User' && name === withdrawal.user);
      if (bound) narrowRole(store, binding, withdrawal);
    }
  }
}

function narrowRole(store: Store, binding: StoredObject, withdrawal: Withdrawal): void {
  const { kind, name } = binding.roleRef;
  const clusterWide = kind === 'ClusterRole';
  const key = { group: RBAC, resource: clusterWide ? 'clusterroles' : 'roles' };
  const objects = store.list(
    { group: withdrawal.group ?? '', resource: withdrawal.resource },
    binding.metadata.namespace,
  );
  const others = objects.map(({ metadata }) => metadata.name).filter((other) => other !== withdrawal.name);
  store.mutate(key, clusterWide ? undefined : binding.metadata.namespace, name, (draft) => {
    const rules: Rule[] = draft.rules ?? [];
    draft.rules = rules.flatMap((rule) => narrowRule(rule, withdrawal, others));
  });
}

/** A rule is split, so that other resources, verbs and objects keep what they have. */
function narrowRule(rule: Rule, withdrawal: Withdrawal, others: readonly string[]): Rule[] {
  const { verbs, group = '', resource, name } = withdrawal;
  const { apiGroups = [], resources = [] } = rule;
  if (!covers(apiGroups, group) || !covers(resources, resource)) return [rule];
  if (resources.includes('*') || rule.verbs.includes('*')) {
    throw new Error(
      `A rule with * gives ${withdrawal.user} its permissions on ${resource}: nothing can be taken out of it.`,
    );
  }
  const rest = resources.filter((item) => item !== resource);
  const kept = rule.verbs.filter((verb) => !verbs.includes(verb));
  const lost = rule.verbs.filter((verb) => verbs.includes(verb));
  const named = (rule.resourceNames ?? others).filter((item) => item !== name);
  return [
    ...(rest.length > 0 ? [{ ...rule, resources: rest }] : []),
    ...(kept.length > 0 ? [{ ...rule, resources: [resource], verbs: kept }] : []),
    ...(name !== undefined && lost.length > 0 && named.length > 0
      ? [{ ...rule, resources: [resource], verbs: lost, resourceNames: named }]
      : []),
  ];
}

function covers(list: readonly string[], item: string): boolean {
  return list.includes('*') || list.includes(item);
}
