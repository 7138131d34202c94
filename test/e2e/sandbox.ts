import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { parse } from 'yaml';
import type { AuditEntry } from '../../src/sandbox/audit.ts';
import type { SandboxReady } from '../../src/sandbox/main.ts';
import { type Place, type Running, start } from './rollbook.ts';

export interface Sandbox {
  readonly ready: SandboxReady;
  readonly running: Running;
  /** What has changed the cluster, by anyone who is not the world itself. */
  writes(): readonly AuditEntry[];
  audit(): readonly AuditEntry[];
  /** Any object, as the API server gives it to an administrator. */
  get(apiPath: string): Promise<Json>;
  stop(): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: objects of the cluster, read by tests
type Json = any;

/** Seconds of the smaller checks, so that no test waits for what it does not test. */
export const QUICK = ['-i', 'window=1s', '-i', 'settle=200ms', '-i', 'max-error-rate=1'] as const;

const READS = new Set(['get', 'list', 'watch', 'search']);

/** `rollbook sandbox` in a process of its own. */
export async function startSandbox(place: Place, world: object = {}): Promise<Sandbox> {
  const file = path.join(place.folder, `world-${process.hrtime.bigint()}.json`);
  writeFileSync(file, JSON.stringify({ preset: 'banking-app', timeScale: 10, ...world }));
  const running = start(place, ['sandbox', '--json', '--world', file]);
  const ready = JSON.parse(await running.line(() => true)) as SandboxReady;
  const audit = () =>
    readFileSync(ready.audit, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as AuditEntry);
  return {
    ready,
    running,
    audit,
    writes: () =>
      audit().filter(
        ({ api, verb, dryRun, code, path: where }) =>
          api === 'kubernetes' &&
          !READS.has(verb) &&
          !dryRun &&
          code < 400 &&
          !where.includes('accessreviews') &&
          !where.includes('/proxy'),
      ),
    get: (apiPath) => getAsAdmin(ready.kubeconfig, apiPath),
    async stop() {
      running.process.kill('SIGTERM');
      await running.finished;
    },
  };
}

async function getAsAdmin(kubeconfig: string, apiPath: string): Promise<Json> {
  const config = parse(readFileSync(kubeconfig, 'utf8'));
  const { cluster } = config.clusters[0];
  const { user } = config.users.find((each: Json) => each.name.includes('admin'));
  const ca = Buffer.from(cluster['certificate-authority-data'], 'base64');
  const headers = { authorization: `Bearer ${user.token}` };
  return new Promise((resolve, reject) => {
    request(`${cluster.server}${apiPath}`, { ca, headers }, (response) => {
      text(response).then((body) => resolve(JSON.parse(body)), reject);
    })
      .on('error', reject)
      .end();
  });
}

const NAMESPACE = '/namespaces/banking-app';

/** Where traffic goes and what runs, as far as the rollback is about it. */
export async function standing(sandbox: Sandbox) {
  const service = (name: string) => sandbox.get(`/api/v1${NAMESPACE}/services/${name}`);
  const deployment = (name: string) => sandbox.get(`/apis/apps/v1${NAMESPACE}/deployments/${name}`);
  const endpoints = (name: string) => sandbox.get(`/api/v1${NAMESPACE}/endpoints/${name}`);
  const tier = async (name: string) => ({
    selector: (await service(`${name}-service`)).spec.selector,
    endpoints: ((await endpoints(`${name}-service`)).subsets ?? []).flatMap((subset: Json) =>
      (subset.addresses ?? []).map((address: Json) =>
        address.targetRef.name.split('-').slice(0, 2).join('-'),
      ),
    ),
    green: (await deployment(`${name}-green`)).spec.replicas,
    blue: (await deployment(`${name}-blue`)).spec.replicas,
  });
  return { frontend: await tier('frontend'), backend: await tier('backend') };
}

/** What a finished rollback leaves. */
export const ROLLED_BACK = {
  frontend: rolledBack('frontend'),
  backend: rolledBack('backend'),
};

function rolledBack(tier: string) {
  const blue = `${tier}-blue`;
  return { selector: { app: blue, color: 'blue' }, endpoints: [blue, blue, blue], green: 0, blue: 3 };
}
