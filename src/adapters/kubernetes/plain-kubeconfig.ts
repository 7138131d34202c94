import { readFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import type { KubernetesContext } from '../../ports/kubernetes.ts';
import type { Authorization } from '../transport.ts';
import type { KubeconfigOptions } from './kubeconfig.ts';

/** A context that needs no client library: a token or certificates, in one file. */
export interface PlainContext {
  readonly context: KubernetesContext;
  readonly authorization: Authorization;
}

type Fields = Readonly<Record<string, unknown>>;

const CLUSTER = new Set([
  'server',
  'certificate-authority',
  'certificate-authority-data',
  'insecure-skip-tls-verify',
]);
const USER = new Set([
  'token',
  'client-certificate',
  'client-certificate-data',
  'client-key',
  'client-key-data',
]);

/**
 * Reads the chosen context where it is of the plainest kind. Undefined for everything else, what is wrong included:
 * then it is the full reader's turn, which knows of all there is and says what is missing.
 */
export function plainContext(options: KubeconfigOptions): PlainContext | undefined {
  const file = onlyFile(options);
  if (file === undefined) return undefined;
  try {
    const text = readFileSync(file, 'utf8');
    const config = fields(text.startsWith('{') ? JSON.parse(text) : parse(text));
    return selected(config, dirname(file), options);
  } catch {
    return undefined;
  }
}

function onlyFile({ kubeconfig, env }: KubeconfigOptions): string | undefined {
  if (kubeconfig !== undefined) return resolve(kubeconfig);
  if (env.KUBECONFIG) return env.KUBECONFIG.includes(delimiter) ? undefined : resolve(env.KUBECONFIG);
  return env.HOME ? join(env.HOME, '.kube', 'config') : undefined;
}

function selected(config: Fields, folder: string, options: KubeconfigOptions): PlainContext | undefined {
  const name = options.context ?? config['current-context'];
  const chosen = named(config.contexts, name, 'context');
  const cluster = named(config.clusters, chosen?.cluster, 'cluster');
  const user = named(config.users, chosen?.user, 'user');
  if (chosen === undefined || cluster === undefined || user === undefined) return undefined;
  if (!onlyHas(cluster, CLUSTER) || !onlyHas(user, USER)) return undefined;
  const { server } = cluster;
  if (typeof server !== 'string' || !URL.canParse(server)) return undefined;
  const ca = material(cluster, 'certificate-authority', folder);
  const cert = material(user, 'client-certificate', folder);
  const key = material(user, 'client-key', folder);
  const token = user.token === undefined ? undefined : String(user.token);
  return {
    context: {
      name: String(name),
      cluster: String(chosen.cluster),
      server,
      user: String(chosen.user),
      namespace: options.namespace ?? (chosen.namespace === undefined ? 'default' : String(chosen.namespace)),
    },
    authorization: {
      headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
      agent: undefined,
      rejectUnauthorized: cluster['insecure-skip-tls-verify'] !== true,
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    },
  };
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** The first of that name, as kubectl takes it. */
function named(list: unknown, name: unknown, field: string): Fields | undefined {
  if (!Array.isArray(list) || typeof name !== 'string' || name === '') return undefined;
  const entry = (list as readonly unknown[]).map(fields).find((each) => each.name === name);
  return entry === undefined ? undefined : fields(entry[field]);
}

function onlyHas(entry: Fields, known: ReadonlySet<string>): boolean {
  return Object.keys(entry).every((key) => known.has(key));
}

function material(entry: Fields, name: string, folder: string): Buffer | undefined {
  const data = entry[`${name}-data`];
  if (typeof data === 'string' && data !== '') return Buffer.from(data, 'base64');
  const file = entry[name];
  return typeof file === 'string' && file !== '' ? readFileSync(resolve(folder, file)) : undefined;
}
