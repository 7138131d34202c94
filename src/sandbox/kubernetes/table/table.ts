import { ApiError } from '../api-error.ts';
import type { Tree } from '../json.ts';
import type { StoredObject, TypeKey } from '../store.ts';
import {
  bindingColumns,
  claimColumns,
  configMapColumns,
  eventColumns,
  leaseColumns,
  namespaceColumns,
  nodeColumns,
  roleColumns,
  secretColumns,
  serviceAccountColumns,
} from './cluster-columns.ts';
import { ageColumn, type Column, nameColumn } from './column.ts';
import { endpointSliceColumns, endpointsColumns, ingressColumns, serviceColumns } from './network-columns.ts';
import { podColumns } from './pod-columns.ts';
import {
  autoscalerColumns,
  daemonSetColumns,
  deploymentColumns,
  disruptionBudgetColumns,
  jobColumns,
  replicaSetColumns,
  statefulSetColumns,
} from './workload-columns.ts';

const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  'configmaps.': configMapColumns,
  'endpoints.': endpointsColumns,
  'events.': eventColumns,
  'namespaces.': namespaceColumns,
  'nodes.': nodeColumns,
  'persistentvolumeclaims.': claimColumns,
  'pods.': podColumns,
  'secrets.': secretColumns,
  'serviceaccounts.': serviceAccountColumns,
  'services.': serviceColumns,
  'daemonsets.apps': daemonSetColumns,
  'deployments.apps': deploymentColumns,
  'replicasets.apps': replicaSetColumns,
  'statefulsets.apps': statefulSetColumns,
  'horizontalpodautoscalers.autoscaling': autoscalerColumns,
  'jobs.batch': jobColumns,
  'leases.coordination.k8s.io': leaseColumns,
  'endpointslices.discovery.k8s.io': endpointSliceColumns,
  'ingresses.networking.k8s.io': ingressColumns,
  'poddisruptionbudgets.policy': disruptionBudgetColumns,
  'roles.rbac.authorization.k8s.io': roleColumns,
  'clusterroles.rbac.authorization.k8s.io': roleColumns,
  'rolebindings.rbac.authorization.k8s.io': bindingColumns,
  'clusterrolebindings.rbac.authorization.k8s.io': bindingColumns,
};

const PLAIN: readonly Column[] = [nameColumn, ageColumn];

/** How much of each object a row carries beside its cells. */
export type RowObject = 'None' | 'Metadata' | 'Object';

/** Reads the query's `includeObject`. */
export function rowObjectOf(query: URLSearchParams): RowObject {
  const asked = query.get('includeObject') ?? '';
  if (asked === '' || asked === 'Metadata') return 'Metadata';
  if (asked === 'None' || asked === 'Object') return asked;
  throw ApiError.badRequest(`unrecognized includeObject value: "${asked}"`);
}

export interface TableOptions {
  /** meta.k8s.io version: v1 or v1beta1. */
  readonly version: string;
  readonly rowObject: RowObject;
  /** Milliseconds since the epoch, for ages. */
  readonly now: number;
  /** Of the table: resourceVersion, continue. */
  readonly metadata: Tree;
  /** Left out of the later events of a watch. */
  readonly headers: boolean;
}

/** The object as metadata alone. */
export function partialObject(object: StoredObject, version: string): Tree {
  return {
    kind: 'PartialObjectMetadata',
    apiVersion: `meta.k8s.io/${version}`,
    metadata: object.metadata,
  };
}

/** Objects as the rows that `kubectl get` prints. `key` is where they are stored. */
export function tableOf(key: TypeKey, objects: readonly StoredObject[], options: TableOptions): Tree {
  const columns = COLUMNS[`${key.resource}.${key.group}`] ?? PLAIN;
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${options.version}`,
    metadata: options.metadata,
    columnDefinitions: options.headers ? columns.map(definitionOf) : null,
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.cell(object, options.now)),
      ...rowPart(object, options),
    })),
  };
}

function rowPart(object: StoredObject, options: TableOptions): Tree {
  switch (options.rowObject) {
    case 'None':
      return { object: null };
    case 'Object':
      return { object };
    case 'Metadata':
      return { object: partialObject(object, options.version) };
  }
}

function definitionOf(column: Column): Tree {
  const { name, type, format = '', description, priority } = column;
  return { name, type, format, description, priority };
}
