import { ApiError, type StatusCause } from '../api-error.ts';
import { sameJson } from '../json.ts';
import type { ResourceType } from '../resource-types.ts';
import type { StoredObject } from '../store.ts';

const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const NAME_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const LABEL_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const NOT_NEGATIVE = 'must be greater than or equal to 0';

function invalid(field: string, value: unknown, why: string): StatusCause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}`, field };
}

function required(field: string, why = ''): StatusCause {
  return {
    reason: 'FieldValueRequired',
    message: why === '' ? 'Required value' : `Required value: ${why}`,
    field,
  };
}

function duplicate(field: string, value: unknown): StatusCause {
  return { reason: 'FieldValueDuplicate', message: `Duplicate value: ${JSON.stringify(value)}`, field };
}

function unsupported(field: string, value: unknown, supported: readonly string[]): StatusCause {
  const list = supported.map((item) => JSON.stringify(item)).join(', ');
  return {
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`,
    field,
  };
}

function* metadataCauses(type: ResourceType, object: StoredObject): Generator<StatusCause> {
  const { name, labels = {} } = object.metadata;
  // Names of roles and their bindings may hold colons and more.
  const freeNames = type.group === 'rbac.authorization.k8s.io';
  if (!freeNames && (!NAME.test(name) || name.length > 253)) yield invalid('metadata.name', name, NAME_RULE);
  for (const value of Object.values(labels)) {
    if (!LABEL_VALUE.test(value) || value.length > 63) yield invalid('metadata.labels', value, LABEL_RULE);
  }
}

interface Container {
  readonly name?: string;
  readonly image?: string;
}

function* containerCauses(
  containers: readonly Container[] | undefined,
  field: string,
): Generator<StatusCause> {
  if (containers === undefined || containers.length === 0) return yield required(field);
  const seen = new Set<string>();
  for (const [index, { name = '', image = '' }] of containers.entries()) {
    if (name === '') yield required(`${field}[${index}].name`);
    else if (seen.has(name)) yield duplicate(`${field}[${index}].name`, name);
    if (image === '') yield required(`${field}[${index}].image`);
    seen.add(name);
  }
}

function* workloadCauses(object: StoredObject, before: StoredObject | undefined): Generator<StatusCause> {
  const { replicas, selector, template } = object.spec;
  if (replicas !== undefined && replicas < 0) yield invalid('spec.replicas', replicas, NOT_NEGATIVE);
  if (selector === undefined) yield required('spec.selector');
  const labels: Readonly<Record<string, string>> = template?.metadata?.labels ?? {};
  const wanted: readonly [string, unknown][] = Object.entries(selector?.matchLabels ?? {});
  if (wanted.some(([key, value]) => labels[key] !== value)) {
    yield invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`');
  }
  yield* containerCauses(template?.spec?.containers, 'spec.template.spec.containers');
  if (before !== undefined && !sameJson(before.spec.selector, selector)) {
    yield invalid('spec.selector', selector, 'field is immutable');
  }
}

const SERVICE_TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

function* serviceCauses(service: StoredObject, before: StoredObject | undefined): Generator<StatusCause> {
  const { ports = [], type, clusterIP } = service.spec;
  if (!SERVICE_TYPES.includes(type)) yield unsupported('spec.type', type, SERVICE_TYPES);
  if (ports.length === 0 && type !== 'ExternalName' && clusterIP !== 'None') yield required('spec.ports');
  for (const [index, { port, name }] of (ports as readonly { port: number; name?: string }[]).entries()) {
    const field = `spec.ports[${index}]`;
    if (!(port >= 1 && port <= 65_535)) {
      yield invalid(`${field}.port`, port, 'must be between 1 and 65535, inclusive');
    }
    if (ports.length > 1 && !name) yield required(`${field}.name`);
  }
  for (const [key, value] of Object.entries(service.spec.selector ?? {})) {
    if (!LABEL_VALUE.test(String(value))) yield invalid(`spec.selector.${key}`, value, LABEL_RULE);
  }
  if (
    before?.spec.clusterIP !== undefined &&
    before.spec.clusterIP !== clusterIP &&
    type !== 'ExternalName'
  ) {
    yield invalid('spec.clusterIPs[0]', clusterIP, 'may not change once set');
  }
}

/** Of a pod only images, the deadline and tolerations may change. */
function changeablePart(pod: StoredObject): unknown {
  const { activeDeadlineSeconds: _deadline, tolerations: _tolerations, ...spec } = pod.spec;
  const withoutImage = (containers: readonly Container[] = []) =>
    containers.map(({ image: _image, ...container }) => container);
  return {
    ...spec,
    containers: withoutImage(spec.containers),
    initContainers: withoutImage(spec.initContainers),
  };
}

function* podCauses(pod: StoredObject, before: StoredObject | undefined): Generator<StatusCause> {
  yield* containerCauses(pod.spec.containers, 'spec.containers');
  if (before !== undefined && !sameJson(changeablePart(before), changeablePart(pod))) {
    yield {
      reason: 'FieldValueForbidden',
      field: 'spec',
      message:
        'Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
    };
  }
}

function* autoscalerCauses({ spec }: StoredObject): Generator<StatusCause> {
  if (!(spec.maxReplicas >= 1)) {
    yield invalid('spec.maxReplicas', spec.maxReplicas ?? 0, 'must be greater than 0');
  } else if (spec.minReplicas > spec.maxReplicas) {
    yield invalid('spec.maxReplicas', spec.maxReplicas, 'must be greater than or equal to `minReplicas`');
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
    case 'horizontalpodautoscalers.autoscaling':
      return autoscalerCauses(object);
    default:
      return [];
  }
}

/** Throws ApiError Invalid, with every cause, for what the API server would not store. */
export function validate(type: ResourceType, object: StoredObject, before?: StoredObject): void {
  const causes = [...metadataCauses(type, object), ...causesOf(type, object, before)];
  if (causes.length > 0) throw ApiError.invalid(type.kind, type.group, object.metadata.name, causes);
}

/** Throws ApiError Invalid for a negative or missing number of replicas in a Scale. */
export function validateScale(name: string, replicas: unknown): asserts replicas is number {
  if (Number.isInteger(replicas) && Number(replicas) >= 0) return;
  throw ApiError.invalid('Scale', 'autoscaling', name, [invalid('spec.replicas', replicas, NOT_NEGATIVE)]);
}
