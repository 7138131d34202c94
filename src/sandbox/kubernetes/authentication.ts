import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from './api-error.ts';
import { authorize } from './rbac.ts';
import type { Store } from './store.ts';
import type { SandboxUser } from './world-interfaces.ts';

const ANONYMOUS: SandboxUser = { name: 'system:anonymous', token: '' };

/** Whose token it is; without a token the anonymous user. Throws ApiError Unauthorized for an unknown one. */
export function authenticate(users: readonly SandboxUser[], authorization: string | undefined): SandboxUser {
  if (authorization === undefined || authorization === '') return ANONYMOUS;
  const token = /^Bearer\s+(\S+)$/i.exec(authorization)?.[1];
  const user = users.find((candidate) => candidate.token === token);
  if (user === undefined) throw ApiError.unauthorized();
  return user;
}

function headerValues(headers: IncomingHttpHeaders, name: string): readonly string[] {
  const value = headers[name];
  return value === undefined ? [] : [value].flat();
}

/** The user the request is to be made as, which is the caller unless it asks otherwise. Throws ApiError Forbidden. */
export function impersonated(store: Store, caller: SandboxUser, headers: IncomingHttpHeaders): SandboxUser {
  const [name] = headerValues(headers, 'impersonate-user');
  if (name === undefined) return caller;
  const groups = headerValues(headers, 'impersonate-group').flatMap((value) => value.split(/, */));
  const subjects = [
    { resource: 'users', name },
    ...groups.map((group) => ({ resource: 'groups', name: group })),
  ];
  for (const subject of subjects) {
    const { allowed } = authorize(store, caller, { verb: 'impersonate', group: '', ...subject });
    if (allowed) continue;
    throw ApiError.forbidden(
      `${subject.resource} "${subject.name}" is forbidden: User "${caller.name}" cannot impersonate resource "${subject.resource}" in API group "" at the cluster scope`,
      { name: subject.name, kind: subject.resource },
    );
  }
  return { name, token: '', groups };
}
