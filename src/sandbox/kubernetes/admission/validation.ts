import { ApiError, type StatusCause } from '../api-error.ts';
import type { ResourceType } from '../resource-types.ts';
import type { StoredObject } from '../store.ts';
import {
  annotationCauses,
  dnsLabelCauses,
  invalid,
  labelCauses,
  NOT_NEGATIVE,
  required,
  serviceNameCauses,
  subdomainCauses,
} from './causes.ts';
import { podCauses } from './pod-rules.ts';
import { serviceCauses } from './service-rules.ts';
import { workloadCauses } from './workload-rules.ts';

function* nameCauses(type: ResourceType, name: string): Generator<StatusCause> {
  const field = 'metadata.name';
  if (name === '') yield required(field, 'name or generateName is required');
  // Names of roles and their bindings may hold colons and more.
  else if (type.group === 'rbac.authorization.k8s.io') return;
  else if (type.group === '' && type.resource === 'services') yield* serviceNameCauses(field, name);
  else if (type.group === '' && type.resource === 'namespaces') yield* dnsLabelCauses(field, name);
  else yield* subdomainCauses(field, name);
}

function* metadataCauses(
  type: ResourceType,
  { metadata }: StoredObject,
  before: StoredObject | undefined,
): Generator<StatusCause> {
  if (before === undefined) yield* nameCauses(type, metadata.name ?? '');
  yield* labelCauses('metadata.labels', metadata.labels);
  yield* annotationCauses('metadata.annotations', metadata.annotations);
}

function* autoscalerCauses({ spec }: StoredObject): Generator<StatusCause> {
  if (!(spec.maxReplicas >= 1)) {
    yield invalid('spec.maxReplicas', spec.maxReplicas ?? 0, 'must be greater than 0');
  } else if (spec.minReplicas > spec.maxReplicas) {
    yield invalid('spec.maxReplicas', spec.maxReplicas, 'must be greater than or equal to `minReplicas`');
  }
}

const CONFIG_KEY_RULE =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

/** Of ConfigMaps and Secrets. */
function* dataCauses({ data }: StoredObject): Generator<StatusCause> {
  for (const key of Object.keys(data ?? {})) {
    if (!/^[-._a-zA-Z0-9]+$/.test(key)) yield invalid(`data[${key}]`, key, CONFIG_KEY_RULE);
  }
}

function causesOf(type: ResourceType, object: StoredObject, before?: StoredObject): Iterable<StatusCause> {
  switch (`${type.resource}.${type.group}`) {
    case 'deployments.apps':
    case 'replicasets.apps':
    case 'statefulsets.apps':
    case 'daemonsets.apps':
      return workloadCauses(object, before);
    case 'services.':
      return serviceCauses(object, before);
    case 'pods.':
      return podCauses(object, before);
    case 'configmaps.':
    case 'secrets.':
      return dataCauses(object);
    case 'horizontalpodautoscalers.autoscaling':
      return autoscalerCauses(object);
    default:
      return [];
  }
}

/** Throws ApiError Invalid, with every cause, for what the API server would not store. */
export function validate(type: ResourceType, object: StoredObject, before?: StoredObject): void {
  const causes = [...metadataCauses(type, object, before), ...causesOf(type, object, before)];
  if (causes.length > 0) throw ApiError.invalid(type.kind, type.group, object.metadata.name ?? '', causes);
}

/** Throws ApiError Invalid for a negative or missing number of replicas in a Scale. */
export function validateScale(name: string, replicas: unknown): asserts replicas is number {
  if (Number.isInteger(replicas) && Number(replicas) >= 0) return;
  throw ApiError.invalid('Scale', 'autoscaling', name, [invalid('spec.replicas', replicas, NOT_NEGATIVE)]);
}
