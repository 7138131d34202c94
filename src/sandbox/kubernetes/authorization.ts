import { ApiError, qualifiedResource } from './api-error.ts';
import { authorize } from './rbac.ts';
import { attributesOf, type ResourceRequest } from './request-info.ts';
import type { Store } from './store.ts';
import type { SandboxUser } from './world-interfaces.ts';

/** Throws ApiError Forbidden, in the words of a real server, unless the user's roles allow the request. */
export function authorizeResource(store: Store, user: SandboxUser, request: ResourceRequest): void {
  const asked = attributesOf(request, user.name, false);
  if (authorize(store, user, asked).allowed) return;
  const { verb, group, resource, subresource, namespace, name = '' } = asked;
  const what = subresource === undefined ? resource : `${resource}/${subresource}`;
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const subject = qualifiedResource(asked) + (name === '' ? '' : ` "${name}"`);
  throw ApiError.forbidden(
    `${subject} is forbidden: User "${user.name}" cannot ${verb} resource "${what}" in API group "${group}" ${where}`,
    { ...(name === '' ? {} : { name }), ...(group === '' ? {} : { group }), kind: resource },
  );
}

/** The same for a path that is of no resource. */
export function authorizePath(store: Store, user: SandboxUser, verb: string, path: string): void {
  if (authorize(store, user, { verb, path }).allowed) return;
  throw ApiError.forbidden(`forbidden: User "${user.name}" cannot ${verb} path "${path}"`, {});
}
