import type { Clock } from './clock.ts';
import type { CodeHistory, CodeSource } from './comparison.ts';
import type { GitLab, GitLabReads } from './gitlab.ts';
import type { HttpReads } from './http.ts';
import type { Kubernetes, KubernetesReads } from './kubernetes.ts';
import type { Processes } from './process.ts';
import type { Prometheus } from './prometheus.ts';

/**
 * What planning, observing and probing may use: nothing here can write.
 * A port that is not configured throws PortFailure 'not-configured' when it is asked for.
 */
export interface ReadPorts {
  readonly clock: Clock;
  readonly http: HttpReads;
  kubernetes(): Promise<KubernetesReads>;
  prometheus(): Promise<Prometheus>;
  gitlab(): Promise<GitLabReads>;
  /** Throws PortFailure 'not-configured' for a source that this session has no access to. */
  code(source: CodeSource): Promise<CodeHistory>;
}

/** What running a confirmed plan may use. */
export interface Ports extends ReadPorts {
  readonly processes: Processes;
  kubernetes(): Promise<Kubernetes>;
  gitlab(): Promise<GitLab>;
}
