import { deploymentOf, versionOf } from '../../world/applications.ts';
import type { ShippedLine } from '../../world/pod-logs.ts';

/** A document as it was indexed. */
export interface LogDocument {
  readonly id: string;
  readonly index: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly source: Readonly<Record<string, unknown>>;
}

/** A line of a container as Filebeat ships it: in the Elastic Common Schema, what was logged as JSON taken apart. */
export function documentOf({ pod, container, time, text }: ShippedLine, number: number): LogDocument {
  const { name, namespace = '', uid, labels = {} } = pod.metadata;
  const at = new Date(time).toISOString();
  const deployment = deploymentOf(pod);
  const source = {
    '@timestamp': at,
    ...fieldsOf(text, number),
    stream: 'stdout',
    service: { name: deployment, version: versionOf(pod) },
    kubernetes: {
      namespace,
      pod: { name, uid },
      container: { name: container },
      deployment: { name: deployment },
      labels,
      ...(pod.spec?.nodeName === undefined ? {} : { node: { name: pod.spec.nodeName } }),
    },
    agent: { type: 'filebeat', version: '9.1.4' },
    ecs: { version: '8.11.0' },
  };
  const index = `logs-${namespace}-${at.slice(0, 10).replaceAll('-', '.')}`;
  return { id: number.toString(36).padStart(12, '0'), index, time, source };
}

interface Said {
  readonly level?: string;
  readonly msg?: string;
  readonly method?: string;
  readonly path?: string;
  readonly status?: number;
  readonly duration_ms?: number;
  readonly cause?: string;
  readonly [field: string]: unknown;
}

function fieldsOf(text: string, number: number): object {
  const said = objectIn(text);
  if (said === undefined) return { message: text, log: { level: levelIn(text) } };
  const { level = 'info', msg = '', method, path, status, duration_ms: duration, cause, ...labels } = said;
  const request = method === undefined ? undefined : `${method} ${path} ${status} in ${duration} ms`;
  return {
    message: request ?? (cause === undefined ? msg : `${msg}: ${cause}`),
    log: { level },
    ...(request === undefined
      ? {}
      : {
          http: { request: { method }, response: { status_code: status } },
          event: { dataset: 'access', duration: (duration ?? 0) * 1_000_000 },
          trace: { id: traceOf(number) },
        }),
    ...(path === undefined ? {} : { url: { path } }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
  };
}

function objectIn(text: string): Said | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Said;
  } catch {
    return undefined;
  }
}

function levelIn(text: string): string {
  if (/\b(?:panic|fatal)\b/i.test(text)) return 'fatal';
  if (/\b(?:error|exception|traceback)\b/i.test(text)) return 'error';
  return /\bwarn(?:ing)?\b/i.test(text) ? 'warn' : 'info';
}

/** Sixteen bytes in hexadecimal, different for each document. */
function traceOf(number: number): string {
  return Math.imul(number + 1, 0x9e3779b1)
    .toString(16)
    .replace('-', 'f')
    .padStart(32, '4bf92f3577b34da6a3ce929d0e0e4736');
}
