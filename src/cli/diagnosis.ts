import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { isUnavailable, PortFailure } from '../ports/failure.ts';
import type { AccessRequest } from '../ports/kubernetes.ts';
import type { ReadPorts } from '../ports/ports.ts';

/** well: can be used. missing: not set up, which some runbooks do without. broken: set up, and does not work. */
export interface Finding {
  readonly what: string;
  readonly state: 'well' | 'missing' | 'broken';
  readonly says: string;
  readonly next?: string;
}

type Look = () => Promise<Omit<Finding, 'what'>>;

/** What the shipped runbooks write, by the right it needs. */
const RIGHTS: readonly (readonly [string, AccessRequest])[] = [
  ['patch services', { verb: 'patch', group: '', resource: 'services' }],
  ['patch deployments', { verb: 'patch', group: 'apps', resource: 'deployments' }],
  ['scale deployments', { verb: 'patch', group: 'apps', resource: 'deployments', subresource: 'scale' }],
  ['exec in pods', { verb: 'create', group: '', resource: 'pods', subresource: 'exec' }],
  ['ask pods through the API server', { verb: 'get', group: '', resource: 'pods', subresource: 'proxy' }],
  ['claim the namespace (leases)', { verb: 'create', group: 'coordination.k8s.io', resource: 'leases' }],
];
const ENOUGH_BYTES = 100 * 2 ** 20;
const PATIENCE_MS = 10_000;

/** Looks at everything that a session may need, all at once, with reads alone. */
export async function diagnose(asked: {
  readonly reads: ReadPorts;
  readonly stateFolder: string;
  readonly namespace: string | undefined;
}): Promise<readonly Finding[]> {
  const { reads, stateFolder, namespace } = asked;
  const signal = () => AbortSignal.timeout(PATIENCE_MS);
  const looks: readonly (readonly [string, Look])[] = [
    ['Sessions', () => sessions(stateFolder)],
    ['Kubernetes', () => cluster(reads, signal())],
    ['Your rights', () => rights(reads, namespace, signal())],
    ['Prometheus', () => prometheus(reads, signal())],
    ['Elasticsearch', () => elasticsearch(reads, signal())],
    ['GitLab', () => gitlab(reads, signal())],
    ['Repository', () => repository(reads, signal())],
    ['Slack', () => slack(reads)],
    ['Statuspage', () => statuspage(reads, signal())],
  ];
  return Promise.all(looks.map(async ([what, look]) => ({ what, ...(await look().catch(failed)) })));
}

function failed(error: unknown): Omit<Finding, 'what'> {
  const says = error instanceof Error ? error.message : String(error);
  const next = error instanceof PortFailure ? error.next : undefined;
  return {
    state: isUnavailable(error) ? 'missing' : 'broken',
    says,
    ...(next === undefined ? {} : { next }),
  };
}

const well = (says: string) => ({ state: 'well', says }) as const;

async function sessions(folder: string): ReturnType<Look> {
  const existing = await nearest(folder);
  const usable = (await stat(existing)).isDirectory() && (await writable(existing));
  if (!usable)
    return {
      state: 'broken',
      says: `They are kept in ${folder}, and ${existing} cannot be written to.`,
      next: 'Make it a folder that is writable, or name another one in ROLLBOOK_STATE_DIR.',
    };
  const { bavail, bsize } = await statfs(existing);
  const free = bavail * bsize;
  if (free < ENOUGH_BYTES)
    return {
      state: 'broken',
      says: `They are kept in ${folder}, where only ${Math.round(free / 2 ** 20)} MB are free.`,
      next: 'Make room: a session that cannot write its journal stops.',
    };
  return well(`kept in ${folder}`);
}

async function writable(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The folder itself, or the one where it would be made. */
async function nearest(folder: string): Promise<string> {
  try {
    await access(folder);
    return folder;
  } catch {
    const parent = path.dirname(folder);
    return parent === folder ? folder : nearest(parent);
  }
}

async function cluster(reads: ReadPorts, signal: AbortSignal): ReturnType<Look> {
  const kubernetes = await reads.kubernetes();
  const { name, server, user, namespace } = kubernetes.context;
  const version = await kubernetes.servedVersion({ group: 'apps', resource: 'deployments' }, { signal });
  if (version === undefined)
    return { state: 'broken', says: `${server} serves no Deployments: is it a Kubernetes cluster?` };
  return well(`context ${name}, ${server}, as ${user}, namespace ${namespace}`);
}

async function rights(reads: ReadPorts, asked: string | undefined, signal: AbortSignal): ReturnType<Look> {
  const kubernetes = await reads.kubernetes();
  const namespace = asked ?? kubernetes.context.namespace;
  const answers = await Promise.all(
    RIGHTS.map(async ([name, request]) => ({
      name,
      allowed: (await kubernetes.access({ ...request, namespace }, { signal })).allowed,
    })),
  );
  const missing = answers.filter(({ allowed }) => !allowed).map(({ name }) => name);
  if (missing.length === 0) return well(`all that the shipped runbooks write, in namespace ${namespace}`);
  return {
    state: 'missing',
    says: `In namespace ${namespace} you may not: ${missing.join(', ')}.`,
    next: 'rollbook preview RUNBOOK says which steps need them; without, checks become questions and writes are refused.',
  };
}

async function prometheus(reads: ReadPorts, signal: AbortSignal): ReturnType<Look> {
  const server = await reads.prometheus();
  await server.query('vector(1)', { signal });
  return well(`answers at ${server.url}`);
}

async function elasticsearch(reads: ReadPorts, signal: AbortSignal): ReturnType<Look> {
  const server = await reads.elasticsearch();
  const { total } = await server.search({ index: '*', body: { size: 0 } }, { signal });
  return well(`answers at ${server.url}, ${total} documents can be seen`);
}

async function gitlab(reads: ReadPorts, signal: AbortSignal): ReturnType<Look> {
  const server = await reads.gitlab();
  const [me, scopes] = await Promise.all([server.me({ signal }), server.tokenScopes({ signal })]);
  if (scopes !== undefined && !scopes.includes('api'))
    return {
      state: 'broken',
      says: `${server.url} knows you as ${me.username}, and your token may only ${scopes.join(', ')}.`,
      next: 'A revert needs a token of the scope api.',
    };
  return well(`${server.url}, as ${me.username}`);
}

async function repository(reads: ReadPorts, signal: AbortSignal): ReturnType<Look> {
  const git = await reads.git();
  const hash = await git.resolve('HEAD', { signal });
  return well(`${git.folder} at ${hash.slice(0, 10)}`);
}

async function slack(reads: ReadPorts): ReturnType<Look> {
  const { way, channel } = await reads.slack();
  return well(
    way === 'token' ? `by a bot's token, channel ${channel ?? 'as the runbook says'}` : 'by a webhook',
  );
}

async function statuspage(reads: ReadPorts, signal: AbortSignal): ReturnType<Look> {
  const page = await reads.statuspage();
  const open = await page.unresolved({ signal });
  return well(
    `page ${page.page}, ${open.length === 0 ? 'no open incident' : `${open.length} open incidents`}`,
  );
}
