import type { KubeObject } from '../ports/kubernetes.ts';
import { neutralise } from '../prose/neutralise.ts';
import type { LivePod, LiveWorkload } from './live.ts';
import { severity } from './order.ts';
import { versionOf } from './pods.ts';
import { rolloutVerdict } from './rollout.ts';

/** A deployment as one row, with the worst that its pods have to say. */
export function projectWorkload(deployment: KubeObject, pods: readonly LivePod[]): LiveWorkload {
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
    status: worstStatus(pods),
    version: neutralise(versionOf(deployment)),
    restarts: pods.reduce((sum, each) => sum + each.restarts, 0),
  };
}

function rolloutState(holds: boolean, failed: boolean, desired: number): LiveWorkload['rollout'] {
  if (holds) return desired === 0 ? 'scaled-down' : 'complete';
  return failed ? 'failed' : 'progressing';
}

/** 'CrashLoopBackOff ×4'; 'Running' when all is well; '' without pods. */
function worstStatus(pods: readonly LivePod[]): string {
  let worst: LivePod | undefined;
  for (const pod of pods) if (worst === undefined || severity(pod) > severity(worst)) worst = pod;
  if (worst === undefined) return '';
  const label = severity(worst) === 4 ? 'not ready' : worst.status;
  const count = pods.filter((pod) => severity(pod) === severity(worst) && pod.status === worst.status).length;
  return severity(worst) === 0 || count === 1 ? label : `${label} ×${count}`;
}
