import { ApiError } from './api-error.ts';
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
