import type { SandboxUser } from '../kubernetes/world-interfaces.ts';
import type { World } from './world.ts';

const MASTERS = 'system:masters';

/** What a drill's referee may ask the sandbox itself: `GET /sandbox/faults`, with an administrator's token. */
export function controlHandler(
  world: Pick<World, 'firedFaults'>,
  users: readonly SandboxUser[],
): (request: Request) => Promise<Response> {
  const tokens = users.filter(({ groups }) => groups?.includes(MASTERS)).map(({ token }) => token);
  return async (request) => {
    const token = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1];
    if (token === undefined || !tokens.includes(token))
      return problem(401, 'an administrator’s token is needed');
    if (new URL(request.url).pathname !== '/sandbox/faults')
      return problem(404, 'there is only /sandbox/faults');
    if (request.method !== 'GET') return problem(405, 'only GET');
    return Response.json({ faults: world.firedFaults() });
  };
}

function problem(status: number, message: string): Response {
  return Response.json({ error: message }, { status });
}
