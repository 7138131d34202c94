import { isIP } from 'node:net';
import type { StatusCause } from '../api-error.ts';
import type { StoredObject } from '../store.ts';
import {
  dnsLabelCauses,
  duplicate,
  invalid,
  labelCauses,
  PORT_RANGE,
  required,
  unsupported,
} from './causes.ts';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const AFFINITIES = ['ClientIP', 'None'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

interface Port {
  readonly name?: string;
  readonly port?: number;
  readonly protocol?: string;
  readonly targetPort?: number | string;
}

function isPort(number: unknown): boolean {
  return typeof number === 'number' && number >= 1 && number <= 65_535;
}

/** A target may be the name of a container's port. */
function* targetCauses(field: string, target: Port['targetPort']): Generator<StatusCause> {
  if (typeof target === 'number' && !isPort(target)) yield invalid(field, target, PORT_RANGE);
  if (typeof target !== 'string') return;
  if (target.length > 15) yield invalid(field, target, 'must be no more than 15 characters');
  if (!/^[-a-z0-9]+$/.test(target)) {
    yield invalid(field, target, 'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  } else if (!/[a-z]/.test(target)) {
    yield invalid(field, target, 'must contain at least one letter (a-z)');
  }
}

function* portsCauses(ports: readonly Port[]): Generator<StatusCause> {
  const names = new Set<string>();
  for (const [index, { name = '', port, protocol = 'TCP', targetPort }] of ports.entries()) {
    const field = `spec.ports[${index}]`;
    if (name === '' && ports.length > 1) yield required(`${field}.name`);
    else if (name !== '') {
      yield* dnsLabelCauses(`${field}.name`, name);
      if (names.has(name)) yield duplicate(`${field}.name`, name);
    }
    names.add(name);
    if (!isPort(port)) yield invalid(`${field}.port`, port ?? 0, PORT_RANGE);
    if (!PROTOCOLS.includes(protocol)) yield unsupported(`${field}.protocol`, protocol, PROTOCOLS);
    yield* targetCauses(`${field}.targetPort`, targetPort);
  }
}

const keyOf = ({ port, protocol }: Port) => `${protocol}/${port}`;

function* samePortCauses(ports: readonly Port[]): Generator<StatusCause> {
  for (const [index, port] of ports.entries()) {
    if (ports.findIndex((other) => keyOf(other) === keyOf(port)) === index) continue;
    const shown = `core.ServicePort{Name:"", Protocol:${JSON.stringify(port.protocol)}, AppProtocol:(*string)(nil), Port:${port.port}, TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}, NodePort:0}`;
    const message = `Duplicate value: ${shown}`;
    yield { reason: 'FieldValueDuplicate', message, field: `spec.ports[${index}]` };
  }
}

function* addressCauses(service: StoredObject, before: StoredObject | undefined): Generator<StatusCause> {
  const { type, clusterIP } = service.spec;
  if (type === 'ExternalName') return;
  const was = before?.spec.type === 'ExternalName' ? undefined : before?.spec.clusterIP;
  const field = 'spec.clusterIPs[0]';
  if (was !== undefined && clusterIP !== was) {
    const shown = `[]string{${JSON.stringify(clusterIP)}}`;
    yield invalid(field, clusterIP, 'may not change once set', shown);
  } else if (clusterIP && clusterIP !== 'None' && isIP(clusterIP) === 0) {
    yield invalid(field, clusterIP, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)');
  }
}

export function* serviceCauses(
  service: StoredObject,
  before: StoredObject | undefined,
): Generator<StatusCause> {
  const { ports = [], type, clusterIP, sessionAffinity, selector, externalName = '' } = service.spec;
  yield* addressCauses(service, before);
  if (ports.length === 0 && type !== 'ExternalName' && clusterIP !== 'None') yield required('spec.ports');
  if (type === 'ExternalName' && externalName === '') yield required('spec.externalName');
  yield* portsCauses(ports);
  yield* labelCauses('spec.selector', selector);
  if (!AFFINITIES.includes(sessionAffinity)) {
    yield unsupported('spec.sessionAffinity', sessionAffinity, AFFINITIES);
  }
  if (!TYPES.includes(type)) yield unsupported('spec.type', type, TYPES);
  yield* samePortCauses(ports);
}
