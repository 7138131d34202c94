import type { Hono } from 'hono';
import { type GitLabEnv, signedIn } from '../http/access.ts';
import { paginated } from '../http/pagination.ts';
import { notFound } from '../http/problem.ts';
import { baseOf, isoTime, userJson } from '../present/project.ts';

const VERSION = '18.5.2-ee';
const REVISION = '0b1f2e9c3a4';

/** The server itself, and who asks. */
export function generalRoutes(app: Hono<GitLabEnv>): void {
  app.get('/version', (c) => {
    signedIn(c);
    return c.json({ version: VERSION, revision: REVISION });
  });

  app.get('/metadata', (c) => {
    signedIn(c);
    const kas = { enabled: false, externalUrl: null, externalK8sProxyUrl: null, version: null };
    return c.json({ version: VERSION, revision: REVISION, kas, enterprise: true });
  });

  app.get('/user', (c) => {
    const username = signedIn(c);
    const user = c.get('forge').user(username);
    return c.json({
      ...userJson(c, username),
      created_at: isoTime(0),
      bio: '',
      bot: user?.bot ?? false,
      email: user?.email,
      commit_email: user?.email,
      two_factor_enabled: true,
      external: false,
      is_admin: false,
      can_create_group: false,
      can_create_project: true,
    });
  });

  app.get('/users', (c) => {
    signedIn(c);
    const user = c.get('forge').user(c.get('params').required('username'));
    return paginated(c.req.raw, c.get('params'), user === undefined ? [] : [user], ({ username }) =>
      userJson(c, username),
    );
  });

  app.get('/users/:id', (c) => {
    signedIn(c);
    const id = Number(c.req.param('id'));
    const found = c
      .get('forge')
      .projects()
      .flatMap(({ members }) => [...members.keys()])
      .find((username) => c.get('forge').user(username)?.id === id);
    if (found === undefined) throw notFound('User');
    return c.json(userJson(c, found));
  });

  app.get('/personal_access_tokens/self', (c) => {
    const username = signedIn(c);
    const token = c.get('token');
    return c.json({
      id: 1,
      name: 'rollback',
      revoked: false,
      created_at: isoTime(0),
      description: null,
      scopes: token?.scopes ?? [],
      user_id: c.get('forge').user(username)?.id,
      last_used_at: isoTime(c.get('forge').now()),
      active: true,
      expires_at: new Date(c.get('forge').now() + 30 * 86_400_000).toISOString().slice(0, 10),
    });
  });

  // Where clients look for the REST API of an instance with a browser's address.
  app.get('/', (c) => c.json({ url: `${baseOf(c)}/api/v4` }));
}
