import { readFileSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { type Cluster, type Context, KubeConfig, type User } from '@kubernetes/client-node';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { PortFailure } from '../../ports/failure.ts';
import type { KubernetesContext } from '../../ports/kubernetes.ts';

export interface KubeconfigOptions {
  /** A file to use instead of those that kubectl would find. */
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Overrides the context's own namespace. */
  readonly namespace?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What an exec plugin is told to run; see the kubeconfig's `users[].user.exec`. */
export interface ExecPlugin {
  readonly apiVersion?: string;
  readonly command: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly installHint?: string;
  readonly provideClusterInfo?: boolean;
  readonly interactiveMode?: 'Never' | 'IfAvailable' | 'Always';
}

/** One context, ready to connect with: its own KubeConfig, and what that class does not know of. */
export interface SelectedContext {
  readonly config: KubeConfig;
  readonly context: KubernetesContext;
  readonly exec: ExecPlugin | undefined;
  /** Read again for each request: such tokens rotate. */
  readonly tokenFile: string | undefined;
  readonly impersonation: Readonly<Record<string, string | readonly string[]>>;
}

interface RawUser {
  readonly exec?: ExecPlugin;
  readonly tokenFile?: string;
  readonly 'as-uid'?: string;
  readonly 'as-groups'?: readonly string[];
  readonly 'as-user-extra'?: Readonly<Record<string, readonly string[]>>;
}
const entries = z.array(z.looseObject({ name: z.string() })).nullish();
const FILE = z.looseObject({ clusters: entries, users: entries, contexts: entries });

interface KubeconfigFile {
  readonly config: KubeConfig;
  readonly folder: string;
  readonly users: ReadonlyMap<string, RawUser>;
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** Finds the configuration as kubectl does, merges it as kubectl does, and picks one context. */
export function selectContext(options: KubeconfigOptions): SelectedContext {
  const files = candidates(options).flatMap((path) => readKubeconfig(path, options.kubeconfig !== undefined));
  const wanted = options.context ?? files.map((each) => each.config.currentContext).find((name) => name);
  const contexts = files.flatMap((each) => each.config.contexts);
  if (contexts.length === 0) return inCluster(options) ?? notConfigured(options);
  if (!wanted)
    throw unusable('The kubeconfig names no current context.', `Pass --context: ${listed(contexts)}.`);
  const context = contexts.find(({ name }) => name === wanted);
  if (context === undefined) {
    throw unusable(`The kubeconfig has no context "${wanted}".`, `It has ${listed(contexts)}.`);
  }
  const cluster = files.flatMap((each) => each.config.clusters).find(({ name }) => name === context.cluster);
  if (cluster === undefined) {
    throw unusable(
      `The context "${wanted}" names the cluster "${context.cluster}", which the kubeconfig lacks.`,
    );
  }
  if (!URL.canParse(cluster.server)) {
    throw unusable(`The cluster "${cluster.name}" has no address that can be read: ${cluster.server}.`);
  }
  const home = files.find((each) => each.config.users.some(({ name }) => name === context.user));
  const user = home?.config.users.find(({ name }) => name === context.user);
  if (context.user && user === undefined) {
    throw unusable(`The context "${wanted}" names the user "${context.user}", which the kubeconfig lacks.`);
  }
  return selected(
    { context, cluster, user, raw: home?.users.get(context.user) ?? {}, folder: home?.folder ?? '' },
    options,
  );
}

function candidates({ kubeconfig, env }: KubeconfigOptions): string[] {
  if (kubeconfig !== undefined) return [resolve(kubeconfig)];
  if (env.KUBECONFIG) return [...new Set(env.KUBECONFIG.split(delimiter).filter((path) => path !== ''))];
  return env.HOME ? [join(env.HOME, '.kube', 'config')] : [];
}

function readKubeconfig(path: string, required: boolean): KubeconfigFile[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' && !required) return [];
    throw unusable(
      `The kubeconfig ${path} ${code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`}.`,
    );
  }
  const document = parseDocument(text);
  const problem = document.errors[0];
  if (problem !== undefined) {
    throw unusable(`The kubeconfig ${path} is not YAML: ${problem.message.split('\n')[0]}`);
  }
  const raw: unknown = document.toJS();
  if (raw === null) return [];
  const shaped = FILE.safeParse(raw);
  if (!shaped.success) {
    const { path: at = [], message = '' } = shaped.error.issues[0] ?? {};
    throw unusable(`The kubeconfig ${path} cannot be used: ${at.join('.') || 'the file'}: ${message}.`);
  }
  const config = new KubeConfig();
  try {
    config.loadFromString(text, { onInvalidEntry: 'filter' });
  } catch (error) {
    throw unusable(`The kubeconfig ${path} cannot be used: ${(error as Error).message}.`);
  }
  const folder = dirname(resolve(path));
  config.makePathsAbsolute(folder);
  const users = (raw as { users?: readonly { name: string; user?: RawUser | null }[] | null }).users ?? [];
  return [{ config, folder, users: new Map(users.map(({ name, user }) => [name, user ?? {}])) }];
}

interface Parts {
  readonly context: Context;
  readonly cluster: Cluster;
  readonly user: User | undefined;
  readonly raw: RawUser;
  readonly folder: string;
}

function selected(
  { context, cluster, user, raw, folder }: Parts,
  options: KubeconfigOptions,
): SelectedContext {
  const config = new KubeConfig();
  // a context without a user still has a CA to honour, and the class looks at it only when there is one
  const { exec: _, ...whoever } = user ?? { name: 'anonymous' };
  // plain HTTP has no certificate to skip, yet the class wants to be told so
  const skipTLSVerify = cluster.skipTLSVerify || cluster.server.startsWith('http:');
  config.loadFromOptions({
    clusters: [{ ...cluster, skipTLSVerify }],
    users: [whoever],
    contexts: [{ ...context, user: whoever.name }],
    currentContext: context.name,
  });
  return {
    config,
    context: {
      name: context.name,
      cluster: cluster.name,
      server: cluster.server,
      user: whoever.name,
      namespace: options.namespace ?? context.namespace ?? 'default',
    },
    exec: raw.exec && { ...raw.exec, command: resolveCommand(folder, raw.exec.command) },
    tokenFile: raw.tokenFile === undefined ? undefined : resolve(folder, raw.tokenFile),
    impersonation: impersonation(raw),
  };
}

/** A command with a slash in it is relative to the kubeconfig; one without is looked up on PATH. */
function resolveCommand(folder: string, command: string): string {
  return command.includes('/') && !isAbsolute(command) ? join(folder, command) : command;
}

function impersonation(raw: RawUser): Record<string, string | readonly string[]> {
  const headers: Record<string, string | readonly string[]> = {};
  if (raw['as-uid']) headers['Impersonate-Uid'] = raw['as-uid'];
  if (raw['as-groups']?.length) headers['Impersonate-Group'] = raw['as-groups'];
  for (const [key, values] of Object.entries(raw['as-user-extra'] ?? {})) {
    headers[`Impersonate-Extra-${encodeURIComponent(key)}`] = values;
  }
  return headers;
}

function inCluster(options: KubeconfigOptions): SelectedContext | undefined {
  if (options.kubeconfig !== undefined || !options.env.KUBERNETES_SERVICE_HOST) return undefined;
  try {
    readFileSync(SERVICE_ACCOUNT);
  } catch {
    return undefined;
  }
  const config = new KubeConfig();
  config.loadFromCluster();
  const [context, cluster, user] = [config.contexts[0], config.clusters[0], config.users[0]];
  if (context === undefined || cluster === undefined) return undefined;
  return selected({ context, cluster, user, raw: {}, folder: '' }, options);
}

function notConfigured({ kubeconfig, env }: KubeconfigOptions): never {
  const looked = kubeconfig ?? (env.KUBECONFIG || '~/.kube/config');
  throw unusable(
    `No Kubernetes cluster is configured: there is no context in ${looked}.`,
    'Set KUBECONFIG or pass --kubeconfig; `rollbook drill` needs no cluster at all.',
  );
}

function listed(contexts: readonly Context[]): string {
  const names = [...new Set(contexts.map(({ name }) => name))].sort();
  const shown = names.slice(0, 8).join(', ');
  return names.length > 8 ? `${shown} and ${names.length - 8} more` : shown;
}

function unusable(
  message: string,
  next = 'Correct the kubeconfig, or choose another with --kubeconfig.',
): PortFailure {
  return new PortFailure(message, { reason: 'not-configured', next });
}
