import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { compileCache } from '../host/compile-cache.ts';
import type { JsonObject } from '../ports/json.ts';
import type { InboxesReady } from '../sandbox/inboxes/inboxes-spec.ts';
import type { CodeHosts } from './code-hosts.ts';
import { CommandFailure, EXIT } from './exit-code.ts';
import type { MessagePlaces } from './messaging.ts';
import { packageRoot } from './package-root.ts';
import type { Connection } from './ports.ts';

/** The embedded sandbox, as a session reaches it: by HTTP and a kubeconfig, like any other cluster. */
export interface DrillWorld {
  readonly connection: Connection;
  /** Path of the audit log: JSON lines, one for each request. */
  readonly audit: string;
  stop(): Promise<void>;
}

/** The line that the sandbox prints when it is ready. */
interface Ready {
  readonly kubeconfig: string;
  readonly prometheus?: { readonly url: string };
  readonly elasticsearch?: { readonly url: string };
  readonly gitlab?: { readonly url: string; readonly token: string };
  readonly github?: { readonly url: string };
  readonly repository?: { readonly folder: string };
  readonly inboxes: InboxesReady;
  readonly audit: string;
}

/** How long a world waits for someone to take its drill up again. */
const IDLE_SECONDS = '600';

/** Starts a sandbox with a temporary folder of its own, which `stop` takes away. */
export async function startDrillWorld(world: JsonObject): Promise<DrillWorld> {
  const folder = mkdtempSync(path.join(tmpdir(), 'rollbook-world-'));
  const file = path.join(folder, 'world.json');
  writeFileSync(file, JSON.stringify(world), { mode: 0o600 });
  const program = path.join(packageRoot(), 'dist', 'sandbox.js');
  const child = spawn(
    process.execPath,
    [program, '--world', file, '--folder', folder, '--idle-exit', IDLE_SECONDS],
    {
      // Its own process group: a drill whose host was killed can be resumed in the same world.
      detached: true,
      env: { ...process.env, ...compileCache() },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const ready = await readyLine(child).catch((error: unknown) => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  child.unref();
  child.stdout?.destroy();
  child.stderr?.destroy();
  return {
    connection: {
      kubeconfig: ready.kubeconfig,
      ...(ready.prometheus === undefined ? {} : { prometheusUrl: ready.prometheus.url }),
      ...(ready.elasticsearch === undefined ? {} : { elasticsearch: { url: ready.elasticsearch.url } }),
      ...gitlabOf(ready, folder),
      ...inboxesOf(ready, folder),
      ...(ready.github === undefined ? {} : { githubUrl: ready.github.url }),
      ...(ready.repository === undefined ? {} : { repository: ready.repository.folder }),
    },
    audit: ready.audit,
    async stop() {
      // It is waited for now, and so is what it keeps this process from.
      child.ref();
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      if (child.exitCode === null && child.kill('SIGTERM')) await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** People are told in the sandbox alone: nothing else of where they could be told is known to a drill. */
function inboxesOf({ inboxes }: Ready, folder: string): MessagePlaces {
  const { slack, teams, statuspage } = inboxes;
  const kept = (name: string, secret: string) => {
    const file = path.join(folder, name);
    writeFileSync(file, secret, { mode: 0o600 });
    return { from: 'file', file } as const;
  };
  return {
    ...(slack === undefined
      ? {}
      : {
          slack: {
            ...(slack.token === undefined ? {} : { token: kept('slack-token', slack.token) }),
            ...(slack.webhook === undefined ? {} : { webhook: kept('slack-webhook', slack.webhook) }),
            ...(slack.channel === undefined ? {} : { channel: slack.channel }),
            ...(slack.api === undefined ? {} : { url: slack.api }),
          },
        }),
    ...(teams === undefined ? {} : { teams: { webhook: kept('teams-webhook', teams.webhook) } }),
    ...(statuspage === undefined
      ? {}
      : {
          statuspage: {
            key: kept('statuspage-key', statuspage.key),
            page: statuspage.page,
            url: statuspage.url,
          },
        }),
  };
}

/** Its token waits in a file beside the world, for a resume of the drill to find. */
function gitlabOf({ gitlab }: Ready, folder: string): CodeHosts {
  if (gitlab === undefined) return {};
  const file = path.join(folder, 'gitlab-token');
  writeFileSync(file, gitlab.token, { mode: 0o600 });
  return { gitlabUrl: gitlab.url, gitlabToken: { from: 'file', file } };
}

async function readyLine(child: ChildProcess): Promise<Ready> {
  let problems = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    problems += text;
  });
  if (child.stdout === null) throw new Error('The sandbox has no standard output');
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line) as Ready;
  throw new CommandFailure(`The sandbox did not start: ${problems.trim() || 'it said nothing'}`, EXIT.failed);
}
