import { systemClock } from '../adapters/clock.ts';
import { createFolders } from '../adapters/folders.ts';
import { createHttpReads } from '../adapters/http.ts';
import { createKubernetes, createKubernetesReads } from '../adapters/kubernetes/kubernetes.ts';
import type { OutputGuard } from '../adapters/output-sink.ts';
import { createProcesses } from '../adapters/processes.ts';
import { createPrometheus } from '../adapters/prometheus.ts';
import { PortFailure } from '../ports/failure.ts';
import type { KubernetesReads } from '../ports/kubernetes.ts';
import type { Ports, ReadPorts } from '../ports/ports.ts';
import type { Prometheus } from '../ports/prometheus.ts';
import type { CodeHosts } from './code-hosts.ts';
import { codeHistories, gitlabOptions } from './code-ports.ts';
import { type MessagePlaces, messagePorts, messageReads, messageSecrets } from './messaging.ts';
import { elasticsearchOptions, type MonitoringPlaces } from './monitoring.ts';
import { once } from './once.ts';
import { repositories } from './repository.ts';
import { tokenSource } from './token-place.ts';

/** Which servers a session talks to; kept in its folder for a resume. No secret is in it. */
export interface Connection extends CodeHosts, MonitoringPlaces, MessagePlaces {
  /** A file instead of those that kubectl would find. */
  readonly kubeconfig?: string;
  /** KUBECONFIG as it was. */
  readonly kubeconfigs?: string;
  readonly context?: string;
  readonly namespace?: string;
  /** Folder of the repository that holds the manifests. */
  readonly repository?: string;
}

export interface SessionPorts {
  /** Cannot write: planning, observing, probing and the live view use it. */
  readonly reads: ReadPorts;
  readonly ports: Ports;
  readonly kubernetes: () => Promise<KubernetesReads>;
}

type OnSecret = (secret: string) => void;

/** The read-only ports of a preview: no client that could write is made at all. `onSecret` hears of every token. */
export function readPorts(connection: Connection, onSecret: OnSecret = () => undefined): ReadPorts {
  const http = createHttpReads();
  // before any step runs: a command that prints its environment must not tell them
  for (const place of [
    connection.gitlabToken,
    connection.githubToken,
    connection.prometheusToken,
    connection.elasticsearch?.login?.token,
  ]) {
    const { value } = tokenSource(place, process.env);
    if (value !== undefined) onSecret(value);
  }
  for (const secret of messageSecrets(connection, process.env)) onSecret(secret);
  return {
    clock: systemClock,
    http,
    folders: createFolders(),
    kubernetes: once(async () => createKubernetesReads(kubernetesOptions(connection))),
    prometheus: once(async () => prometheusOf(connection, http, onSecret)),
    gitlab: once(async () => {
      const { createGitLabReads } = await import('../adapters/gitlab/gitlab.ts');
      return createGitLabReads(gitlabOptions(connection, onSecret));
    }),
    code: codeHistories(connection, onSecret),
    elasticsearch: once(async () => {
      const { createElasticsearch } = await import('../adapters/elasticsearch/elasticsearch.ts');
      return createElasticsearch(elasticsearchOptions(connection.elasticsearch, onSecret));
    }),
    git: repositories(connection.repository),
    ...messageReads(connection, onSecret),
  };
}

/**
 * All ports of a session; each client is made when it is first asked for, and once. Programs' output goes through
 * `guard`, tokens are told to `onSecret`.
 */
export function sessionPorts(
  connection: Connection,
  guard: () => OutputGuard,
  onSecret: OnSecret,
): SessionPorts {
  const reads = readPorts(connection, onSecret);
  const ports: Ports = {
    ...reads,
    processes: createProcesses({ guard }),
    kubernetes: once(async () => createKubernetes({ ...kubernetesOptions(connection), guard })),
    gitlab: once(async () => {
      const { createGitLab } = await import('../adapters/gitlab/gitlab.ts');
      return createGitLab(gitlabOptions(connection, onSecret));
    }),
    ...messagePorts(connection, onSecret),
  };
  return { reads, ports, kubernetes: reads.kubernetes };
}

function kubernetesOptions({ kubeconfig, kubeconfigs, context, namespace }: Connection) {
  return {
    clock: systemClock,
    env: kubeconfigs === undefined ? process.env : { ...process.env, KUBECONFIG: kubeconfigs },
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

function prometheusOf(
  { prometheusUrl, prometheusToken }: Connection,
  http: ReturnType<typeof createHttpReads>,
  onToken: OnSecret,
): Prometheus {
  if (prometheusUrl === undefined)
    throw new PortFailure('No Prometheus is configured for this session.', {
      reason: 'not-configured',
      next: 'Set PROMETHEUS_URL or prometheus.url in rollbook.yaml, or look at the dashboards yourself.',
    });
  return createPrometheus({
    url: prometheusUrl,
    http,
    token: tokenSource(prometheusToken, process.env),
    onToken,
  });
}
