import { PODS } from '../../kubernetes/controllers/keys.ts';
import type { Store } from '../../kubernetes/store.ts';
import { type Applications, deploymentOf } from '../../world/applications.ts';
import type { PodLogs } from '../../world/pod-logs.ts';
import { seededRandom } from '../../world/random.ts';
import type { WorldSpec } from '../../world/spec.ts';
import { LogDocuments } from './log-documents.ts';
import { pastLines } from './past-lines.ts';

export interface CollectLogsOptions {
  readonly spec: WorldSpec;
  readonly store: Store;
  readonly applications: Applications;
  readonly logs: PodLogs;
  readonly clock: { now(): number };
}

/** Takes in what every container prints, after what those that are there now will have printed until now. */
export function collectLogs({ spec, store, applications, logs, clock }: CollectLogsOptions): LogDocuments {
  const until = clock.now();
  const served = new Set(
    spec.traffic.flatMap(({ past }) => (past === undefined ? [] : [past.before, past.after])),
  );
  const pods = Map.groupBy(
    spec.namespaces
      .flatMap((namespace) => store.list(PODS, namespace))
      .filter((pod) => served.has(deploymentOf(pod))),
    deploymentOf,
  );
  const { traffic } = spec;
  const documents = new LogDocuments(() =>
    pastLines({ traffic, pods, applications, until, random: seededRandom(spec.seed) }),
  );
  logs.shipTo((line) => documents.add(line));
  return documents;
}
