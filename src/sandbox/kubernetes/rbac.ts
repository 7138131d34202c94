import type { Store, StoredObject } from './store.ts';
import type { SandboxUser } from './world-interfaces.ts';

const GROUP = 'rbac.authorization.k8s.io';

/** Members may do everything, as on a real cluster. */
const MASTERS = 'system:masters';

export interface ResourceAttributes {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

export interface PathAttributes {
  readonly verb: string;
  readonly path: string;
}

export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

export interface Decision {
  readonly allowed: boolean;
  /** Which binding allows it; '' when none does. */
  readonly reason: string;
}

interface Subject {
  readonly kind: string;
  readonly name: string;
}

interface Grant {
  readonly rule: PolicyRule;
  readonly reason: string;
}

/** The groups of a user, with those that everybody known is in. */
export function groupsOf(user: SandboxUser): readonly string[] {
  const everyone = user.name === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated';
  return [...(user.groups ?? []), everyone];
}

function subjectOf(binding: StoredObject, user: SandboxUser): Subject | undefined {
  const groups = groupsOf(user);
  const subjects: readonly Subject[] = binding.subjects ?? [];
  return subjects.find(({ kind, name }) =>
    kind === 'User' ? name === user.name : kind === 'Group' && groups.includes(name),
  );
}

function* grantsIn(store: Store, user: SandboxUser, namespace: string | undefined): Generator<Grant> {
  const scopes = [
    { resource: 'clusterrolebindings', namespace: undefined },
    ...(namespace === undefined ? [] : [{ resource: 'rolebindings', namespace }]),
  ];
  for (const scope of scopes) {
    for (const binding of store.list({ group: GROUP, resource: scope.resource }, scope.namespace)) {
      const subject = subjectOf(binding, user);
      if (subject === undefined) continue;
      const role = roleOf(store, binding);
      const where = binding.metadata.namespace === undefined ? '' : `/${binding.metadata.namespace}`;
      const reason = `RBAC: allowed by ${binding.kind} "${binding.metadata.name}${where}" of ${binding.roleRef.kind} "${binding.roleRef.name}" to ${subject.kind} "${subject.name}"`;
      for (const rule of (role?.rules ?? []) as readonly PolicyRule[]) yield { rule, reason };
    }
  }
}

function roleOf(store: Store, binding: StoredObject): StoredObject | undefined {
  const { kind, name } = binding.roleRef;
  return kind === 'ClusterRole'
    ? store.get({ group: GROUP, resource: 'clusterroles' }, undefined, name)
    : store.get({ group: GROUP, resource: 'roles' }, binding.metadata.namespace, name);
}

function has(list: readonly string[] | undefined, item: string): boolean {
  return list !== undefined && (list.includes('*') || list.includes(item));
}

function resourceMatches(rule: PolicyRule, asked: ResourceAttributes): boolean {
  const full = asked.subresource ? `${asked.resource}/${asked.subresource}` : asked.resource;
  const anyParent =
    asked.subresource !== undefined && rule.resources?.includes(`*/${asked.subresource}`) === true;
  const names = rule.resourceNames ?? [];
  return (
    has(rule.verbs, asked.verb) &&
    has(rule.apiGroups, asked.group) &&
    (has(rule.resources, full) || anyParent) &&
    (names.length === 0 || (asked.name !== undefined && names.includes(asked.name)))
  );
}

function pathMatches(rule: PolicyRule, asked: PathAttributes): boolean {
  if (!has(rule.verbs, asked.verb)) return false;
  return (rule.nonResourceURLs ?? []).some((url) =>
    url.endsWith('*') ? asked.path.startsWith(url.slice(0, -1)) : asked.path === url,
  );
}

/** Whether the roles bound to a user, as they stand in the store, allow it. */
export function authorize(
  store: Store,
  user: SandboxUser,
  asked: ResourceAttributes | PathAttributes,
): Decision {
  if (groupsOf(user).includes(MASTERS)) return { allowed: true, reason: '' };
  const namespace = 'path' in asked || !asked.namespace ? undefined : asked.namespace;
  for (const { rule, reason } of grantsIn(store, user, namespace)) {
    const matches = 'path' in asked ? pathMatches(rule, asked) : resourceMatches(rule, asked);
    if (matches) return { allowed: true, reason };
  }
  return { allowed: false, reason: '' };
}

/** All rules that hold for a user in a namespace, as `kubectl auth can-i --list` shows. */
export function rulesFor(store: Store, user: SandboxUser, namespace: string): readonly PolicyRule[] {
  if (groupsOf(user).includes(MASTERS)) {
    return [
      { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
      { verbs: ['*'], nonResourceURLs: ['*'] },
    ];
  }
  return [...grantsIn(store, user, namespace)].map((grant) => grant.rule);
}
