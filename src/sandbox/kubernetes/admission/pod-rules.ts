import type { StatusCause } from '../api-error.ts';
import { sameJson } from '../json.ts';
import type { StoredObject } from '../store.ts';
import {
  dnsLabelCauses,
  duplicate,
  forbidden,
  invalid,
  notNegative,
  PORT_RANGE,
  required,
  unsupported,
} from './causes.ts';
import { quantity } from './quantity.ts';

interface Port {
  readonly containerPort?: number;
  readonly protocol?: string;
  readonly name?: string;
}

interface Resources {
  readonly limits?: Readonly<Record<string, string | number>>;
  readonly requests?: Readonly<Record<string, string | number>>;
}

interface Container {
  readonly name?: string;
  readonly image?: string;
  readonly imagePullPolicy?: string;
  readonly env?: readonly { readonly name?: string }[];
  readonly ports?: readonly Port[];
  readonly resources?: Resources;
  readonly [field: string]: unknown;
}

/** The part of a pod or template that the rules look at. */
export interface PodSpec {
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly restartPolicy?: string;
  readonly dnsPolicy?: string;
  readonly terminationGracePeriodSeconds?: number;
  readonly [field: string]: unknown;
}

const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];
const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'];
const PROBE_NUMBERS = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
];

function* portCauses(field: string, { containerPort = 0, protocol = 'TCP' }: Port): Generator<StatusCause> {
  if (containerPort === 0) yield required(`${field}.containerPort`);
  else if (containerPort < 0 || containerPort > 65_535) {
    yield invalid(`${field}.containerPort`, containerPort, PORT_RANGE);
  }
  if (!PROTOCOLS.includes(protocol)) yield unsupported(`${field}.protocol`, protocol, PROTOCOLS);
}

function* resourceCauses(field: string, resources: Resources): Generator<StatusCause> {
  for (const [name, request] of Object.entries(resources.requests ?? {})) {
    const limit = resources.limits?.[name];
    const [wanted, most] = [quantity(request), limit === undefined ? undefined : quantity(limit)];
    if (wanted === undefined || most === undefined || wanted <= most) continue;
    yield invalid(`${field}.requests`, String(request), `must be less than or equal to ${name} limit`);
  }
}

function* probeCauses(field: string, probe: unknown): Generator<StatusCause> {
  if (typeof probe !== 'object' || probe === null) return;
  const fields = probe as Readonly<Record<string, unknown>>;
  const actions = ['exec', 'grpc', 'httpGet', 'tcpSocket'].filter((action) => fields[action] !== undefined);
  if (actions.length === 0) yield required(field, 'must specify a handler type');
  for (const name of PROBE_NUMBERS) yield* notNegative(`${field}.${name}`, fields[name]);
  const success = fields.successThreshold;
  if (!field.endsWith('readinessProbe') && typeof success === 'number' && success !== 1) {
    yield invalid(`${field}.successThreshold`, success, 'must be 1');
  }
}

function* containerCauses(field: string, container: Container): Generator<StatusCause> {
  const { image = '', imagePullPolicy = 'Always', env = [], ports = [], resources = {} } = container;
  if (image === '') yield required(`${field}.image`);
  for (const [index, port] of ports.entries()) yield* portCauses(`${field}.ports[${index}]`, port);
  for (const [index, { name = '' }] of env.entries()) {
    if (name === '') yield required(`${field}.env[${index}].name`);
  }
  for (const probe of PROBES) yield* probeCauses(`${field}.${probe}`, container[probe]);
  if (!PULL_POLICIES.includes(imagePullPolicy)) {
    yield unsupported(`${field}.imagePullPolicy`, imagePullPolicy, PULL_POLICIES);
  }
  yield* resourceCauses(`${field}.resources`, resources);
}

function* containersCauses(field: string, containers: readonly Container[]): Generator<StatusCause> {
  const seen = new Set<string>();
  for (const [index, container] of containers.entries()) {
    const { name = '' } = container;
    const path = `${field}[${index}]`;
    if (name === '') yield required(`${path}.name`);
    else {
      yield* dnsLabelCauses(`${path}.name`, name);
      if (seen.has(name)) yield duplicate(`${path}.name`, name);
    }
    seen.add(name);
    yield* containerCauses(path, container);
  }
}

/** What is wrong with the spec of a pod or of a template. */
export function* podSpecCauses(field: string, spec: PodSpec = {}): Generator<StatusCause> {
  const { containers = [], initContainers = [], restartPolicy = 'Always', dnsPolicy = 'ClusterFirst' } = spec;
  if (containers.length === 0) yield required(`${field}.containers`);
  yield* containersCauses(`${field}.containers`, containers);
  yield* containersCauses(`${field}.initContainers`, initContainers);
  if (!RESTART_POLICIES.includes(restartPolicy)) {
    yield unsupported(`${field}.restartPolicy`, restartPolicy, RESTART_POLICIES);
  }
  if (!DNS_POLICIES.includes(dnsPolicy)) yield unsupported(`${field}.dnsPolicy`, dnsPolicy, DNS_POLICIES);
  yield* notNegative(`${field}.terminationGracePeriodSeconds`, spec.terminationGracePeriodSeconds);
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

export function* podCauses(pod: StoredObject, before: StoredObject | undefined): Generator<StatusCause> {
  yield* podSpecCauses('spec', pod.spec);
  if (before === undefined || sameJson(changeablePart(before), changeablePart(pod))) return;
  yield forbidden(
    'spec',
    'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
  );
}
