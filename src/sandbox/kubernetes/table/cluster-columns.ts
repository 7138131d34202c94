import type { StoredObject } from '../store.ts';
import { ageSince } from './age.ts';
import { ageColumn, type Column, count, nameColumn, text, wide } from './column.ts';

function objectText(event: StoredObject): string {
  const about = event.involvedObject;
  return about === undefined ? '' : `${String(about.kind ?? '').toLowerCase()}/${about.name ?? ''}`;
}

function sourceText(event: StoredObject): string {
  const parts = [event.source?.component || event.reportingComponent, event.source?.host];
  return parts.filter((part) => part !== undefined && part !== '').join(', ');
}

function firstSeen(event: StoredObject, now: number): string {
  return ageSince(event.firstTimestamp ?? event.eventTime, now);
}

function lastSeen(event: StoredObject, now: number): string {
  const last = event.series?.lastObservedTime ?? event.lastTimestamp;
  return last === undefined || last === null ? firstSeen(event, now) : ageSince(last, now);
}

export const eventColumns: readonly Column[] = [
  text('Last Seen', 'When it was last observed.', lastSeen),
  text('Type', 'Normal or Warning.', (event) => event.type ?? ''),
  text('Reason', 'What happened, in one word.', (event) => event.reason ?? ''),
  text('Object', 'What it happened to.', objectText),
  wide(text('Subobject', 'Which part of it.', (event) => event.involvedObject?.fieldPath ?? '')),
  wide(text('Source', 'Who reports it.', sourceText)),
  text('Message', 'What happened.', (event) => String(event.message ?? '').trim()),
  wide(text('First Seen', 'When it was first observed.', firstSeen)),
  wide(count('Count', 'How often it was observed.', (event) => event.series?.count ?? event.count ?? 1)),
  wide(nameColumn),
];

export const namespaceColumns: readonly Column[] = [
  nameColumn,
  text('Status', 'Active or Terminating.', (namespace) => namespace.status?.phase ?? ''),
  ageColumn,
];

const ROLE_LABEL = 'node-role.kubernetes.io/';

function nodeRoles(node: StoredObject): string {
  const roles = Object.keys(node.metadata.labels ?? {})
    .filter((label) => label.startsWith(ROLE_LABEL))
    .map((label) => label.slice(ROLE_LABEL.length));
  return roles.sort().join(',') || '<none>';
}

function nodeStatus(node: StoredObject): string {
  const conditions: readonly { type: string; status: string }[] = node.status?.conditions ?? [];
  const ready = conditions.find((condition) => condition.type === 'Ready');
  const state = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return node.spec?.unschedulable === true ? `${state},SchedulingDisabled` : state;
}

function nodeAddress(type: string): (node: StoredObject) => string {
  return (node) => {
    const addresses: readonly { type: string; address: string }[] = node.status?.addresses ?? [];
    return addresses.find((entry) => entry.type === type)?.address ?? '<none>';
  };
}

function nodeInfo(field: string): (node: StoredObject) => string {
  return (node) => node.status?.nodeInfo?.[field] ?? '<unknown>';
}

export const nodeColumns: readonly Column[] = [
  nameColumn,
  text('Status', 'Whether it takes pods.', nodeStatus),
  text('Roles', 'By its labels.', nodeRoles),
  ageColumn,
  text('Version', 'Of the kubelet.', nodeInfo('kubeletVersion')),
  wide(text('Internal-IP', 'Its address inside the cluster.', nodeAddress('InternalIP'))),
  wide(text('External-IP', 'Its address outside the cluster.', nodeAddress('ExternalIP'))),
  wide(text('OS-Image', 'Its operating system.', nodeInfo('osImage'))),
  wide(text('Kernel-Version', 'Its kernel.', nodeInfo('kernelVersion'))),
  wide(text('Container-Runtime', 'What runs its containers.', nodeInfo('containerRuntimeVersion'))),
];

function entries(object: StoredObject): number {
  return Object.keys(object.data ?? {}).length + Object.keys(object.binaryData ?? {}).length;
}

export const configMapColumns: readonly Column[] = [
  nameColumn,
  count('Data', 'Number of entries.', entries),
  ageColumn,
];

export const secretColumns: readonly Column[] = [
  nameColumn,
  text('Type', 'What it is for.', (secret) => secret.type ?? 'Opaque'),
  count('Data', 'Number of entries.', entries),
  ageColumn,
];

export const serviceAccountColumns: readonly Column[] = [
  nameColumn,
  count('Secrets', 'Number of secrets.', (account) => account.secrets?.length ?? 0),
  ageColumn,
];

export const leaseColumns: readonly Column[] = [
  nameColumn,
  text('Holder', 'Who holds it.', (lease) => lease.spec?.holderIdentity ?? ''),
  ageColumn,
];

export const roleColumns: readonly Column[] = [
  nameColumn,
  text('Created At', 'When it was created.', (role) => role.metadata.creationTimestamp),
];

export const bindingColumns: readonly Column[] = [
  nameColumn,
  text('Role', 'What is granted.', (binding) => `${binding.roleRef?.kind}/${binding.roleRef?.name}`),
  ageColumn,
];

export const claimColumns: readonly Column[] = [
  nameColumn,
  text('Status', 'Bound or not.', (claim) => claim.status?.phase ?? 'Pending'),
  text('Volume', 'What it is bound to.', (claim) => claim.spec?.volumeName ?? ''),
  text('Capacity', 'How much it holds.', (claim) => claim.status?.capacity?.storage ?? ''),
  text('Access Modes', 'How it may be mounted.', (claim) => accessModes(claim.status?.accessModes)),
  text('StorageClass', 'Who provides it.', (claim) => claim.spec?.storageClassName ?? ''),
  ageColumn,
];

const ACCESS_MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

function accessModes(modes: readonly string[] | undefined): string {
  return (modes ?? []).map((mode) => ACCESS_MODES[mode] ?? mode).join(',');
}
