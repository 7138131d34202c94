import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AuditLog, openAuditLog } from './audit.ts';
import { createServerCertificate } from './certificate.ts';
import type { Database, DatabaseReady } from './database/database.ts';
import type { DatabaseSpec } from './database/database-spec.ts';
import { type FetchServer, serveFetch, startFetchServer } from './fetch-server.ts';
import { type InboxesReady, inboxesReady } from './inboxes/inboxes-spec.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { DEFAULT_USERS, seedAccess } from './kubernetes/default-access.ts';
import { MemoryStore } from './kubernetes/memory-store.ts';
import { DEFAULT_VERSION, minorVersion } from './kubernetes/resource-types.ts';
import { startKubernetesServer } from './kubernetes/server.ts';
import type { SandboxClock } from './kubernetes/world-interfaces.ts';
import { startElasticsearchServer } from './monitoring/elasticsearch/server.ts';
import { applyHistory } from './repository/client-side-apply.ts';
import { controlHandler } from './world/control.ts';
import { readWorldSpec, type WorldSpec } from './world/spec.ts';
import { WorldSpecError } from './world/spec-error.ts';
import { createWorld, type World } from './world/world.ts';

/** What the sandbox says once it can be used; one JSON line of the process. */
export interface SandboxReady {
  /** Path; contexts `sandbox` (operator, current), `sandbox-admin`, `sandbox-viewer`. */
  readonly kubeconfig: string;
  readonly prometheus?: { readonly url: string };
  readonly elasticsearch?: { readonly url: string };
  /** Only in a world with code hosts; the token is the operator's. */
  readonly gitlab?: { readonly url: string; readonly token: string };
  readonly github?: { readonly url: string };
  /** Only in a world with one: a working copy with its history. */
  readonly repository?: { readonly folder: string };
  /** Only in a world with a database; on loopback, as the application's role. */
  readonly database?: DatabaseReady;
  readonly inboxes: InboxesReady;
  /** Where a drill's referee asks `GET /sandbox/faults` and more, with an administrator's token; also in control.json beside the audit log. */
  readonly control: { readonly url: string; readonly token: string };
  /** Path of the audit log: JSON lines, one for each request to any of the servers. */
  readonly audit: string;
}

export interface SandboxOptions {
  /** An existing folder of its own, for the kubeconfig and the audit log. */
  readonly folder: string;
  readonly clock: SandboxClock;
  /** Told of what went wrong inside; the sandbox goes on. */
  readonly onError: (error: unknown) => void;
}

export interface Sandbox {
  readonly ready: SandboxReady;
  readonly world: World;
  /** When it was last used, in milliseconds since the epoch: now, while a watch or a log is open. */
  lastUsed(): number;
  /** Closes the servers and takes the kubeconfig away; the audit log stays. */
  stop(): Promise<void>;
}

function noticing(audit: AuditLog, notice: () => void): AuditLog {
  return {
    ...audit,
    record(entry) {
      notice();
      audit.record(entry);
    },
  };
}

/** Loaded for the worlds that have one. Throws WorldSpecError where PostgreSQL is not installed. */
async function startDatabase(spec: DatabaseSpec, seed: number, now: number): Promise<Database> {
  const { Database, DatabaseUnavailable } = await import('./database/database.ts');
  try {
    const database = new Database({ spec, seed, now });
    await database.start();
    return database;
  } catch (error) {
    if (error instanceof DatabaseUnavailable) throw new WorldSpecError([error.message]);
    throw error;
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Starts a world and its servers on loopback. Throws WorldSpecError for a world that does not fit. */
export async function startSandbox(worldInput: unknown, options: SandboxOptions): Promise<Sandbox> {
  const spec = readWorldSpec(worldInput);
  const database = spec.database && (await startDatabase(spec.database, spec.seed, options.clock.now()));
  try {
    return await startServers(spec, database, options);
  } catch (error) {
    await database?.stop();
    throw error;
  }
}

async function startServers(
  spec: WorldSpec,
  database: Database | undefined,
  { folder, clock, onError }: SandboxOptions,
): Promise<Sandbox> {
  const now = () => clock.now();
  const store = new MemoryStore({ now, minor: minorVersion(spec.cluster.version ?? DEFAULT_VERSION) });
  const world = createWorld({ spec, store, clock, database, folder, onError });
  await world.django?.start();
  await database?.noteStart();
  world.start();
  if (spec.repository !== undefined) applyHistory(store, spec.repository, now());
  for (const namespace of spec.namespaces) seedAccess(store, namespace, spec.operator);

  let lastUsed = now();
  const audit = noticing(openAuditLog(join(folder, 'audit.jsonl')), () => {
    lastUsed = now();
  });
  const certificate = createServerCertificate(now());
  const cluster = {
    version: spec.cluster.version,
    notServed: spec.cluster.notServed,
    users: spec.cluster.users,
  };
  const kubernetes = await startKubernetesServer({ store, world, spec: cluster, audit, now, certificate });
  const handler = world.prometheusHandler;
  const prometheus: FetchServer | undefined =
    handler && (await startFetchServer({ api: 'prometheus', audit, now, handler }));
  const { kas, logDocuments: documents } = world;
  const elasticsearch =
    documents && (await startElasticsearchServer({ documents, faults: world.faults, audit, clock, onError }));
  // Loaded for those worlds alone: the others start faster without.
  const codeHosts =
    kas &&
    (await (
      await import('./kas/kas-hosts.ts')
    ).startKasHosts({
      state: kas,
      store,
      clock,
      pace: (milliseconds) => milliseconds / spec.timeScale,
      faults: world.faults,
      folder,
      audit,
      onError,
    }));
  // Loaded with the first message.
  const inbox = once(async () =>
    (await import('./inboxes/server.ts')).inboxesHandler({ audit, clock, faults: world.faults }),
  );
  const inboxes = await serveFetch(async (request, connection) => (await inbox())(request, connection));
  const users = cluster.users ?? DEFAULT_USERS;
  const control = await startFetchServer({
    api: 'control',
    audit,
    now,
    handler: controlHandler(world, users),
  });
  const referee = {
    url: control.url,
    token: users.find(({ groups }) => groups?.includes('system:masters'))?.token ?? '',
  };
  const controlFile = join(folder, 'control.json');
  writeFileSync(controlFile, JSON.stringify({ ...referee, inboxes: inboxes.url }), { mode: 0o600 });
  const repository = spec.repository && { folder: join(folder, 'repository') };
  if (spec.repository !== undefined && repository !== undefined) {
    const { createWorkingCopy } = await import('./repository/working-copy.ts');
    await createWorkingCopy(repository.folder, spec.repository, now());
  }
  const kubeconfig = join(folder, 'kubeconfig');
  writeKubeconfig(kubeconfig, {
    server: kubernetes.url,
    authority: certificate.cert,
    namespace: spec.namespace,
    users,
  });

  return {
    ready: {
      kubeconfig,
      ...(prometheus === undefined ? {} : { prometheus: { url: prometheus.url } }),
      ...(elasticsearch === undefined ? {} : { elasticsearch: { url: elasticsearch.url } }),
      ...codeHosts?.ready,
      ...(repository === undefined ? {} : { repository }),
      ...(database === undefined ? {} : { database: database.ready }),
      inboxes: inboxesReady(inboxes.url, spec.inboxes),
      control: referee,
      audit: audit.path,
    },
    world,
    lastUsed: () => (kubernetes.openStreams() > 0 ? now() : lastUsed),
    async stop() {
      world.stop();
      await Promise.all([
        kubernetes.close(),
        prometheus?.close(),
        elasticsearch?.close(),
        control.close(),
        inboxes.close(),
        codeHosts?.stop(),
      ]);
      await database?.stop();
      audit.close();
      for (const file of [kubeconfig, controlFile]) rmSync(file, { force: true });
    },
  };
}
