import type { MigrationKind } from './migrations.ts';

/** What the commits of an ordinary week say that they do. */
export const CHANGES: readonly string[] = [
  'return 409 when an instance of that name is being deleted',
  'log the cluster id when placing an instance fails',
  'do not reconcile clusters that are being removed',
  'page through the service accounts of an organisation',
  'measure how long an instance takes to become ready',
  'check the quota before accepting an instance',
  'keep the reason of a failure for support',
  'give up a lease when the process shuts down',
  'retry the cluster service when it asks to wait',
  'validate the region against the supported providers',
  'stop counting suspended instances as capacity',
  'read the bootstrap host from the data plane',
  'close idle connections to the metrics store',
  'show an expiry date for trial instances',
  'let administrators list the instances of one cluster',
  'speed up listing with an index on the owner',
  'ignore status reports that are older than the last one',
  'name the missing claim when a token is refused',
  'cache what an organisation may create for a minute',
  'prefer clusters with the fewest instances',
  'explain why a connector cannot be assigned',
  'collect orphaned connector deployments',
  'wait for routes before calling an instance ready',
  'reject names that do not fit into a host name',
  'count requests by their path template',
  'compare versions as numbers when upgrading',
  'load allowed organisations again when the file changes',
  'send heartbeats from the leader only',
];

interface MigrationIdea {
  readonly name: string;
  readonly kind: MigrationKind;
  readonly table: string;
  readonly column: string;
}

export const MIGRATION_IDEAS: readonly MigrationIdea[] = [
  { name: 'add_kafka_requests', kind: 'create-table', table: 'kafka_requests', column: 'region' },
  { name: 'add_clusters', kind: 'create-table', table: 'clusters', column: 'cluster_id' },
  {
    name: 'add_leader_lease_for_accepted',
    kind: 'add-lease',
    table: 'leader_leases',
    column: 'accepted_kafka',
  },
  { name: 'add_connector_types', kind: 'create-table', table: 'connector_types', column: 'checksum' },
  { name: 'add_kafka_organisation', kind: 'add-column', table: 'kafka_requests', column: 'organisation' },
  { name: 'add_kafka_failed_reason', kind: 'add-column', table: 'kafka_requests', column: 'failed_reason' },
  { name: 'add_cluster_capacity', kind: 'add-column', table: 'clusters', column: 'capacity' },
  { name: 'add_lease_for_scale_up', kind: 'add-lease', table: 'leader_leases', column: 'scale_up' },
  { name: 'add_lease_for_expiry', kind: 'add-lease', table: 'leader_leases', column: 'expiry' },
  { name: 'add_connector_namespaces', kind: 'create-table', table: 'connector_namespaces', column: 'owner' },
  { name: 'add_connector_channel', kind: 'add-column', table: 'connectors', column: 'channel' },
  { name: 'rename_kafka_quota_type', kind: 'rename-column', table: 'kafka_requests', column: 'quota_type' },
  { name: 'remove_cluster_byoc', kind: 'drop-column', table: 'clusters', column: 'byoc' },
  {
    name: 'remove_clusters_without_provider',
    kind: 'delete-rows',
    table: 'clusters',
    column: 'provider_type',
  },
];
