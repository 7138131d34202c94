import { systemClock } from '../adapters/clock.ts';
import { createHttpReads } from '../adapters/http.ts';
import { createKubernetes, createKubernetesReads } from '../adapters/kubernetes/kubernetes.ts';
import { createProcesses } from '../adapters/processes.ts';
import { createPrometheus } from '../adapters/prometheus.ts';
import { PortFailure } from '../ports/failure.ts';
import type { KubernetesReads } from '../ports/kubernetes.ts';
import type { Ports, ReadPorts } from '../ports/ports.ts';
import type { Prometheus } from '../ports/prometheus.ts';

/** Which servers a session talks to; kept in its folder for a resume. No secret is in it. */
export interface Connection {
  /** A file instead of those that kubectl would find. */
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly prometheusUrl?: string;
}

export interface SessionPorts {
  /** Cannot write: planning, observing, probing and the live view use it. */
  readonly reads: ReadPorts;
  readonly ports: Ports;
  readonly kubernetes: () => Promise<KubernetesReads>;
}

/** The read-only ports of a preview: no client that could write is made at all. */
export function readPorts(connection: Connection): ReadPorts {
  const http = createHttpReads();
  return {
    clock: systemClock,
    http,
    kubernetes: once(async () => createKubernetesReads(kubernetesOptions(connection))),
    prometheus: once(async () => prometheusOf(connection, http)),
    gitlab: notConfigured('GitLab'),
    code: notConfigured('source code host'),
  };
}

/** All ports of a session; each client is made when it is first asked for, and once. */
export function sessionPorts(connection: Connection): SessionPorts {
  const reads = readPorts(connection);
  const ports: Ports = {
    ...reads,
    processes: createProcesses(),
    kubernetes: once(async () => createKubernetes(kubernetesOptions(connection))),
    gitlab: notConfigured('GitLab'),
  };
  return { reads, ports, kubernetes: reads.kubernetes };
}

function kubernetesOptions({ kubeconfig, context, namespace }: Connection) {
  return {
    clock: systemClock,
    env: process.env,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

function prometheusOf({ prometheusUrl }: Connection, http: ReturnType<typeof createHttpReads>): Prometheus {
  if (prometheusUrl === undefined)
    throw new PortFailure('No Prometheus is configured for this session.', {
      reason: 'not-configured',
      next: 'Set PROMETHEUS_URL or prometheus.url in rollbook.yaml, or look at the dashboards yourself.',
    });
  return createPrometheus({ url: prometheusUrl, http });
}

/** A failure is not kept: the next one who asks tries again. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

function notConfigured(what: string): () => Promise<never> {
  return async () => {
    throw new PortFailure(`No ${what} is configured for this session.`, { reason: 'not-configured' });
  };
}
