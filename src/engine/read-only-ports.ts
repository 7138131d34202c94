import { PortFailure } from '../ports/failure.ts';
import type { GitLab, GitLabReads } from '../ports/gitlab.ts';
import type { Kubernetes, KubernetesReads } from '../ports/kubernetes.ts';
import type { Slack, SlackReads, Statuspage, StatuspageReads, Teams, TeamsReads } from '../ports/messages.ts';
import type { Ports, ReadPorts } from '../ports/ports.ts';

/** Ports for running a reading step: whatever would write is refused, whoever asks. */
export function readOnlyPorts(reads: ReadPorts): Ports {
  return {
    clock: reads.clock,
    http: reads.http,
    folders: reads.folders,
    prometheus: () => reads.prometheus(),
    code: (source) => reads.code(source),
    elasticsearch: () => reads.elasticsearch(),
    git: (folder) => reads.git(folder),
    processes: { run: refuse },
    slack: async () => refusing<SlackReads, Slack>(await reads.slack(), ['post']),
    teams: async () => refusing<TeamsReads, Teams>(await reads.teams(), ['post']),
    statuspage: async () =>
      refusing<StatuspageReads, Statuspage>(await reads.statuspage(), ['open', 'update']),
    gitlab: async () => refusing<GitLabReads, GitLab>(await reads.gitlab(), GITLAB_WRITES),
    kubernetes: async () =>
      refusing<KubernetesReads, Kubernetes>(await reads.kubernetes(), KUBERNETES_WRITES),
  };
}

const KUBERNETES_WRITES = ['patch', 'apply', 'delete', 'exec'] as const;
const GITLAB_WRITES = ['createBranch', 'revert', 'commitFile', 'createMergeRequest', 'comment'] as const;

async function refuse(): Promise<never> {
  throw new PortFailure('A preview changes nothing and runs no program.', { reason: 'read-only' });
}

/** The reads as they are; each write is there, and refuses. */
function refusing<Reads extends object, All extends Reads>(
  reads: Reads,
  writes: readonly Exclude<keyof All, keyof Reads>[],
): All {
  return Object.create(reads, Object.fromEntries(writes.map((name) => [name, { value: refuse }]))) as All;
}
