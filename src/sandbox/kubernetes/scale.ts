import { validateScale } from './admission/validation.ts';
import { type ApiCall, type Cluster, json, type Reply } from './api-call.ts';
import { ApiError } from './api-error.ts';
import { bodyObject } from './body.ts';
import { isTree, type Tree } from './json.ts';
import { patched } from './patch/patch-document.ts';
import { existing } from './read.ts';
import { schemaOf } from './schema/kinds.ts';
import type { StoredObject } from './store.ts';
import { selectorText } from './table/column.ts';
import { storeChanged } from './write.ts';

const SCALE_SCHEMA = schemaOf({ group: 'autoscaling', resource: 'scales' });

function scaleOf(object: StoredObject): Tree {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = selectorText(object.spec?.selector);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: object.spec?.replicas ?? 0 },
    status: {
      replicas: object.status?.replicas ?? 0,
      ...(selector === '<none>' ? {} : { selector }),
    },
  };
}

export function getScale(cluster: Cluster, call: ApiCall): Reply {
  return json(200, scaleOf(existing(cluster, call)));
}

/** PUT or PATCH of the Scale: only its replicas count, and its resourceVersion as a precondition. */
export function changeScale(cluster: Cluster, call: ApiCall): Reply {
  const before = existing(cluster, call);
  const scale = call.verb === 'patch' ? patched(call, scaleOf(before), SCALE_SCHEMA) : bodyObject(call);
  if (scale.kind !== undefined && scale.kind !== 'Scale') {
    const version = String(scale.apiVersion).split('/').at(-1);
    throw ApiError.badRequest(
      `${scale.kind} in version "${version}" cannot be handled as a Scale: converting (${version}.${scale.kind}) to (autoscaling.Scale): unknown conversion`,
    );
  }
  const metadata: Tree = isTree(scale.metadata) ? scale.metadata : {};
  if (metadata.name !== undefined && metadata.name !== call.name) {
    throw ApiError.badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${call.name})`,
    );
  }
  const replicas = isTree(scale.spec) ? (scale.spec.replicas ?? 0) : 0;
  validateScale(before.metadata.name, replicas);
  const resourceVersion = metadata.resourceVersion;
  const after: StoredObject = {
    ...before,
    metadata: {
      ...before.metadata,
      ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}),
    },
    spec: { ...before.spec, replicas },
  };
  return json(200, scaleOf(storeChanged(cluster, call, before, after)));
}
