import { answerReferee, type DatabaseReferee } from '../database/referee.ts';
import type { SandboxUser } from '../kubernetes/world-interfaces.ts';
import type { World } from './world.ts';

const MASTERS = 'system:masters';

/** What a drill's referee may ask the sandbox itself: `GET /sandbox/faults`, `/sandbox/database/…`, with an administrator's token. */
export function controlHandler(
  world: Pick<World, 'firedFaults' | 'referee'>,
  users: readonly SandboxUser[],
): (request: Request) => Promise<Response> {
  const tokens = users.filter(({ groups }) => groups?.includes(MASTERS)).map(({ token }) => token);
  return async (request) => {
    const token = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1];
    if (token === undefined || !tokens.includes(token))
      return problem(401, 'an administrator’s token is needed');
    if (request.method !== 'GET') return problem(405, 'only GET');
    const url = new URL(request.url);
    if (url.pathname !== '/sandbox/faults') return ofDatabase(world.referee, url);
    return Response.json({ faults: world.firedFaults() });
  };
}

async function ofDatabase(referee: DatabaseReferee | undefined, url: URL): Promise<Response> {
  if (referee === undefined) return problem(404, 'there is only /sandbox/faults; this world has no database');
  try {
    return (await answerReferee(referee, url)) ?? problem(404, `there is no ${url.pathname}`);
  } catch (error) {
    return problem(422, (error as Error).message);
  }
}

function problem(status: number, message: string): Response {
  return Response.json({ error: message }, { status });
}
