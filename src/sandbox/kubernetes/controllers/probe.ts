import type { StoredObject } from '../store.ts';
import type { Application } from './application.ts';

export interface ProbeSettings {
  readonly path: string;
  readonly port: number | string;
  readonly scheme: string;
  readonly initialDelayMs: number;
  readonly periodMs: number;
  readonly failureThreshold: number;
  readonly successThreshold: number;
}

/** The readiness probe of a pod's first container; undefined when it has none. */
export function readinessProbeOf(pod: StoredObject): ProbeSettings | undefined {
  const container = pod.spec.containers?.[0];
  const probe = container?.readinessProbe;
  if (probe === undefined) return undefined;
  const named = probe.httpGet?.port ?? probe.tcpSocket?.port;
  const port =
    container.ports?.find((item: { name?: string }) => item.name === named)?.containerPort ?? named;
  return {
    path: probe.httpGet?.path ?? '',
    port,
    scheme: String(probe.httpGet?.scheme ?? 'HTTP').toLowerCase(),
    initialDelayMs: (probe.initialDelaySeconds ?? 0) * 1000,
    periodMs: (probe.periodSeconds ?? 10) * 1000,
    failureThreshold: probe.failureThreshold ?? 3,
    successThreshold: probe.successThreshold ?? 1,
  };
}

/** Why the probe fails, in the kubelet's words; undefined when it passes. */
export function probeFailure(
  application: Application,
  probe: ProbeSettings,
  podIP: string,
  answering: boolean,
): string | undefined {
  if (!answering) {
    const target = `${podIP}:${probe.port}`;
    return `Readiness probe failed: Get "${probe.scheme}://${target}${probe.path}": dial tcp ${target}: connect: connection refused`;
  }
  if (application.health >= 200 && application.health < 400) return undefined;
  return `Readiness probe failed: HTTP probe failed with statuscode: ${application.health}`;
}
