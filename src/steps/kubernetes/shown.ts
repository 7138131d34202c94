import type { JsonObject } from '../../ports/json.ts';
import type { KubeObject } from '../../ports/kubernetes.ts';
import { plainObject } from './plain.ts';

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
export const LAST_APPLIED_PATH = `/metadata/annotations/${LAST_APPLIED.replace('/', '~1')}`;

/** What a person reads of an object: what somebody wanted, without what the server and kubectl note down. */
export function shownObject(object: KubeObject): JsonObject {
  const { status: _status, ...plain } = plainObject(object);
  const {
    resourceVersion: _version,
    generation: _generation,
    uid: _uid,
    creationTimestamp: _created,
    selfLink: _link,
    annotations,
    ...metadata
  } = Object(plain.metadata) as JsonObject;
  const {
    [LAST_APPLIED]: _applied,
    'deployment.kubernetes.io/revision': _revision,
    ...notes
  } = Object(annotations ?? {}) as JsonObject;
  return {
    ...plain,
    metadata: { ...metadata, ...(Object.keys(notes).length === 0 ? {} : { annotations: notes }) },
  };
}
