import type { ResourceType } from './resource-types.ts';
import type { StoredObject } from './store.ts';

/** A core event as events.k8s.io/v1 names its fields. */
function toEventsApi(event: StoredObject): StoredObject {
  const { involvedObject, message, source, firstTimestamp, lastTimestamp, count, ...rest } = event;
  const { reportingComponent, reportingInstance, eventTime, ...common } = rest;
  return {
    ...common,
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
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
    apiVersion: 'v1',
    kind: 'Event',
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

/** The object as the type shows it, which for events.k8s.io is not how it is kept. */
export function asServed(type: ResourceType, object: StoredObject): StoredObject {
  return type.group === 'events.k8s.io' ? toEventsApi(object) : object;
}

/** The object as it is kept. */
export function asStored(type: ResourceType, object: StoredObject): StoredObject {
  return type.group === 'events.k8s.io' ? fromEventsApi(object) : object;
}
