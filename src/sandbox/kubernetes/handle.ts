import { createReview } from './access-review.ts';
import { validateOptions } from './admission/request-options.ts';
import type { ApiCall, Cluster, Reply } from './api-call.ts';
import { ApiError } from './api-error.ts';
import { deleteCollection, deleteObject } from './delete-object.ts';
import { patchObject } from './patch-object.ts';
import { readLog } from './pod-log.ts';
import { proxyRequest } from './proxy.ts';
import { getObject, listObjects } from './read.ts';
import { changeScale, getScale } from './scale.ts';
import { watchObjects } from './watch.ts';
import { APPLY_PATCH, createObject, replaceObject } from './write.ts';

type Handler = (cluster: Cluster, call: ApiCall) => Reply;

const BY_VERB: Readonly<Record<string, Handler>> = {
  get: getObject,
  list: listObjects,
  watch: watchObjects,
  create: createObject,
  update: replaceObject,
  patch: patchObject,
  delete: deleteObject,
  deletecollection: deleteCollection,
};

const BY_SUBRESOURCE: Readonly<Record<string, Handler>> = {
  scale: (cluster, call) => (call.verb === 'get' ? getScale(cluster, call) : changeScale(cluster, call)),
  log: readLog,
  proxy: proxyRequest,
  exec: () => {
    throw ApiError.badRequest('Upgrade request required');
  },
};

/** Does what the call asks. Throws ApiError. */
export function handle(cluster: Cluster, call: ApiCall): Reply {
  const { verb, query, document } = call;
  validateOptions({ verb, query, document, isApply: call.contentType === APPLY_PATCH });
  const special = call.subresource === undefined ? undefined : BY_SUBRESOURCE[call.subresource];
  if (special !== undefined) return special(cluster, call);
  // Reviews are the types that can only be created.
  if (call.type.verbs.length === 1) return createReview(cluster, call);
  const handler = BY_VERB[call.verb];
  if (handler === undefined) throw ApiError.methodNotAllowed();
  return handler(cluster, call);
}
