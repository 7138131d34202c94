import type { ApiCall, Cluster } from './api-call.ts';
import type { Tree } from './json.ts';
import { groupVersionOf, storageKey } from './resource-types.ts';
import { asServed } from './served-versions.ts';
import type { StoredObject } from './store.ts';
import { partialObject, rowObjectOf, tableOf } from './table/table.ts';

/** One stored object in the shape that the caller accepts. `headers`: whether a Table tells its columns. */
export function presentObject(
  cluster: Cluster,
  call: ApiCall,
  object: StoredObject,
  headers = true,
): unknown {
  const { shape, version } = call.presentation;
  switch (shape) {
    case 'table':
      return tableOf(storageKey(call.type), [object], {
        version,
        rowObject: rowObjectOf(call.query),
        now: cluster.now(),
        metadata: { resourceVersion: object.metadata.resourceVersion },
        headers,
      });
    case 'metadata':
      return partialObject(object, version);
    case 'object':
      return asServed(call.type, object);
  }
}

/** A list in the shape that the caller accepts. */
export function presentList(
  cluster: Cluster,
  call: ApiCall,
  objects: readonly StoredObject[],
  metadata: Tree,
): unknown {
  const { shape, version } = call.presentation;
  switch (shape) {
    case 'table':
      return tableOf(storageKey(call.type), objects, {
        version,
        rowObject: rowObjectOf(call.query),
        now: cluster.now(),
        metadata,
        headers: true,
      });
    case 'metadata':
      return {
        kind: 'PartialObjectMetadataList',
        apiVersion: `meta.k8s.io/${version}`,
        metadata,
        items: objects.map((object) => partialObject(object, version)),
      };
    case 'object':
      return {
        kind: `${call.type.kind}List`,
        apiVersion: groupVersionOf(call.type),
        metadata,
        items: objects.map((object) => withoutType(asServed(call.type, object))),
      };
  }
}

/** Items of a typed list do not repeat their kind on the wire. */
function withoutType(object: StoredObject): Tree {
  const { apiVersion: _apiVersion, kind: _kind, ...rest } = object;
  return rest;
}
