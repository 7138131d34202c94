import { groupVersionOf, type ResourceType } from './resource-types.ts';
import type { StoredObject } from './store.ts';

/** A core event as events.k8s.io/v1 names its fields. */
function toEventsApi(event: StoredObject): StoredObject {
  const { involvedObject, message, source, firstTimestamp, lastTimestamp, count, ...rest } = event;
  const { reportingComponent, reportingInstance, eventTime, ...common } = rest;
  return {
    ...common,
    kind: 'Event',
    apiVersion: event.apiVersion,
    metadata: event.metadata,
    eventTime: eventTime ?? null,
    regarding: involvedObject,
    note: message,
    reportingController: reportingComponent ?? '',
    reportingInstance: reportingInstance ?? '',
    deprecatedSource: source ?? {},
    deprecatedFirstTimestamp: firstTimestamp ?? null,
    deprecatedLastTimestamp: lastTimestamp ?? null,
    deprecatedCount: count ?? 0,
  };
}

function fromEventsApi(event: StoredObject): StoredObject {
  const { regarding, note, reportingController, deprecatedSource, ...rest } = event;
  const { deprecatedFirstTimestamp, deprecatedLastTimestamp, deprecatedCount, ...common } = rest;
  return {
    ...common,
    kind: 'Event',
    apiVersion: event.apiVersion,
    metadata: event.metadata,
    involvedObject: regarding ?? {},
    message: note ?? '',
    reportingComponent: reportingController ?? '',
    source: deprecatedSource ?? {},
    firstTimestamp: deprecatedFirstTimestamp ?? null,
    lastTimestamp: deprecatedLastTimestamp ?? null,
    ...(deprecatedCount === undefined ? {} : { count: deprecatedCount }),
  };
}

/** autoscaling/v1 knows one metric, the CPU. */
function toFirstAutoscaler(autoscaler: StoredObject): StoredObject {
  const { metrics, ...spec } = autoscaler.spec ?? {};
  const { currentMetrics, conditions: _conditions, ...status } = autoscaler.status ?? {};
  const cpuOf = (list: readonly StoredObject['spec'][] | undefined) =>
    list?.find(({ resource }) => resource?.name === 'cpu')?.resource;
  const target = cpuOf(metrics)?.target?.averageUtilization;
  const current = cpuOf(currentMetrics)?.current?.averageUtilization;
  return {
    ...autoscaler,
    spec: { ...spec, ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }) },
    status: { ...status, ...(current === undefined ? {} : { currentCPUUtilizationPercentage: current }) },
  };
}

function fromFirstAutoscaler(autoscaler: StoredObject): StoredObject {
  const { targetCPUUtilizationPercentage: target, ...spec } = autoscaler.spec ?? {};
  const { currentCPUUtilizationPercentage: _current, ...status } = autoscaler.status ?? {};
  const resource = { name: 'cpu', target: { type: 'Utilization', averageUtilization: target } };
  return {
    ...autoscaler,
    spec: { ...spec, ...(target === undefined ? {} : { metrics: [{ type: 'Resource', resource }] }) },
    status,
  };
}

const HOSTNAME = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';

interface Endpoint {
  readonly nodeName?: string;
  readonly zone?: string;
  readonly conditions?: { readonly ready?: boolean | undefined };
  readonly topology?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

function changedEndpoints(slice: StoredObject, change: (endpoint: Endpoint) => Endpoint): StoredObject {
  return { ...slice, endpoints: slice.endpoints?.map(change) ?? null };
}

/** v1beta1 told the node of an endpoint among its topology, and of its conditions only whether it is ready. */
function toBetaSlice(slice: StoredObject): StoredObject {
  return changedEndpoints(slice, ({ nodeName, zone, conditions, ...endpoint }) => ({
    ...endpoint,
    ...(conditions === undefined ? {} : { conditions: { ready: conditions.ready } }),
    topology: {
      ...(nodeName === undefined ? {} : { [HOSTNAME]: nodeName }),
      ...(zone === undefined ? {} : { [ZONE]: zone }),
    },
  }));
}

function fromBetaSlice(slice: StoredObject): StoredObject {
  return changedEndpoints(slice, ({ topology = {}, ...endpoint }) => ({
    ...endpoint,
    ...(topology[HOSTNAME] === undefined ? {} : { nodeName: topology[HOSTNAME] }),
    ...(topology[ZONE] === undefined ? {} : { zone: topology[ZONE] }),
  }));
}

interface Conversion {
  /** How the objects are kept, whatever version they came in. */
  readonly stored: string;
  readonly serve: (object: StoredObject) => StoredObject;
  readonly store: (object: StoredObject) => StoredObject;
}

const same = (object: StoredObject): StoredObject => object;

/** By group, version and resource; types that are not here are kept as they are served. */
const CONVERSIONS: Readonly<Record<string, Conversion>> = {
  'events.k8s.io/v1/events': { stored: 'v1', serve: toEventsApi, store: fromEventsApi },
  'autoscaling/v1/horizontalpodautoscalers': {
    stored: 'autoscaling/v2',
    serve: toFirstAutoscaler,
    store: fromFirstAutoscaler,
  },
  'discovery.k8s.io/v1beta1/endpointslices': {
    stored: 'discovery.k8s.io/v1',
    serve: toBetaSlice,
    store: fromBetaSlice,
  },
  'policy/v1beta1/poddisruptionbudgets': { stored: 'policy/v1', serve: same, store: same },
  'batch/v1beta1/cronjobs': { stored: 'batch/v1', serve: same, store: same },
};

function conversionOf(type: ResourceType): Conversion | undefined {
  return CONVERSIONS[`${type.group}/${type.version}/${type.resource}`];
}

/** The object as the type shows it, which is not always how it is kept. */
export function asServed(type: ResourceType, object: StoredObject): StoredObject {
  const conversion = conversionOf(type);
  return conversion === undefined
    ? object
    : { ...conversion.serve(object), apiVersion: groupVersionOf(type), metadata: object.metadata };
}

/** The object as it is kept. */
export function asStored(type: ResourceType, object: StoredObject): StoredObject {
  const conversion = conversionOf(type);
  return conversion === undefined
    ? object
    : { ...conversion.store(object), apiVersion: conversion.stored, metadata: object.metadata };
}
