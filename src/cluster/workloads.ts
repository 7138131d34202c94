import type { KubeObject } from '../ports/kubernetes.ts';
import { neutralise } from '../prose/neutralise.ts';
import type { LiveWorkload } from './live.ts';
import type { WorkloadPods } from './pod-census.ts';
import { versionOf } from './pods.ts';
import { rolloutVerdict } from './rollout.ts';

/** A deployment as one row, with the worst that its pods have to say. */
export function projectWorkload(deployment: KubeObject, pods: WorkloadPods): LiveWorkload {
  const verdict = rolloutVerdict(deployment);
  const { desired, ready, updated, available } = verdict.counts;
  return {
    name: neutralise(deployment.metadata.name),
    kind: 'Deployment',
    desired,
    ready,
    updated,
    available,
    observed: verdict.observed,
    rollout: rolloutState(verdict.holds, verdict.hopeless !== undefined && !verdict.paused, desired),
    status: pods.status,
    version: neutralise(versionOf(deployment)),
    restarts: pods.restarts,
  };
}

function rolloutState(holds: boolean, failed: boolean, desired: number): LiveWorkload['rollout'] {
  if (holds) return desired === 0 ? 'scaled-down' : 'complete';
  return failed ? 'failed' : 'progressing';
}
