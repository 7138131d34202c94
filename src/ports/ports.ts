import type { Clock } from './clock.ts';
import type { CodeHistory, CodeSource } from './comparison.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import type { Folders } from './folders.ts';
import type { Git } from './git.ts';
import type { GitLab, GitLabReads } from './gitlab.ts';
import type { HttpReads } from './http.ts';
import type { Kubernetes, KubernetesReads } from './kubernetes.ts';
import type { Slack, SlackReads, Statuspage, StatuspageReads, Teams, TeamsReads } from './messages.ts';
import type { Processes } from './process.ts';
import type { Prometheus } from './prometheus.ts';

/**
 * What planning, observing and probing may use: nothing here can write.
 * A port that is not configured throws PortFailure 'not-configured' when it is asked for.
 */
export interface ReadPorts {
  readonly clock: Clock;
  readonly http: HttpReads;
  readonly folders: Folders;
  kubernetes(): Promise<KubernetesReads>;
  prometheus(): Promise<Prometheus>;
  gitlab(): Promise<GitLabReads>;
  /** Throws PortFailure 'not-configured' for a source that this session has no access to. */
  code(source: CodeSource): Promise<CodeHistory>;
  elasticsearch(): Promise<Elasticsearch>;
  /** A repository on this machine: of this folder, or the configured one. */
  git(folder?: string): Promise<Git>;
  slack(): Promise<SlackReads>;
  teams(): Promise<TeamsReads>;
  statuspage(): Promise<StatuspageReads>;
}

/** What running a confirmed plan may use. */
export interface Ports extends ReadPorts {
  readonly processes: Processes;
  kubernetes(): Promise<Kubernetes>;
  gitlab(): Promise<GitLab>;
  slack(): Promise<Slack>;
  teams(): Promise<Teams>;
  statuspage(): Promise<Statuspage>;
}
