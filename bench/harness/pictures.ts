import type { LivePod, LiveSnapshot } from '../../src/cluster/live.ts';
import { PodCensus } from '../../src/cluster/pod-census.ts';
import { createChanges, makePods, type Pod } from './pods.ts';

const EVERY_MS = 200;

const living = (pod: Pod): LivePod => ({
  name: pod.name,
  workload: pod.deployment,
  ready: pod.ready,
  status: pod.status,
  readyContainers: pod.ready ? 1 : 0,
  containers: 1,
  restarts: pod.restarts,
  version: 'v2.4.1',
  startedAt: '2026-11-22T03:30:27Z',
  node: 'node-1',
});

/** Pictures of 5,000 pods at 2,000 changes a second, five a second; always the same ones. */
export function givePictures(onSnapshot: (snapshot: LiveSnapshot) => void): void {
  const pods = makePods(5_000);
  const change = createChanges(pods);
  const census = new PodCensus();
  for (const pod of pods) census.set(pod.name, living(pod));
  let revision = 0;
  const give = () => {
    for (let changes = 0; changes < (2_000 * EVERY_MS) / 1000; changes += 1) {
      revision += 1;
      const pod = change(revision);
      census.set(pod.name, living(pod));
    }
    onSnapshot({
      freshness: { state: 'live', heardAt: Date.now() },
      namespace: 'shop',
      workloads: [],
      services: [],
      pods: census.worst(200),
      podCount: census.size,
      podsReady: census.ready,
      events: [],
      metrics: [],
      logs: [],
      links: [],
      gaps: [],
    });
  };
  give();
  setInterval(give, EVERY_MS);
}
