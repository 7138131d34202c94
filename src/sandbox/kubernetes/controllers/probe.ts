import type { StoredObject } from '../store.ts';
import type { Application } from './application.ts';

export interface ProbeSettings {
  readonly path: string;
  readonly port: number | string;
  readonly scheme: string;
  /** The program that is run in place of a request. */
  readonly command?: readonly string[];
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
    ...(probe.exec === undefined ? {} : { command: probe.exec.command ?? [] }),
  };
}

/** Why the probe fails, in the kubelet's words; undefined when it passes. */
export function probeFailure(
  application: Application,
  probe: ProbeSettings,
  podIP: string,
  answering: boolean,
): string | undefined {
  const healthy = application.health >= 200 && application.health < 400;
  if (probe.command !== undefined)
    return answering && healthy ? undefined : `Readiness probe failed: ${application.refusal ?? ''}`;
  if (!answering) {
    const target = `${podIP}:${probe.port}`;
    return `Readiness probe failed: Get "${probe.scheme}://${target}${probe.path}": dial tcp ${target}: connect: connection refused`;
  }
  if (healthy) return undefined;
  return `Readiness probe failed: HTTP probe failed with statuscode: ${application.health}`;
}
