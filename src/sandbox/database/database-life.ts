import type { ClusterView } from '../kubernetes/controllers/cluster-view.ts';
import { PODS } from '../kubernetes/controllers/keys.ts';
import type { StoredObject } from '../kubernetes/store.ts';
import type { SandboxClock } from '../kubernetes/world-interfaces.ts';
import { deploymentOf, type Program } from '../world/applications.ts';
import type { PodLogs, Speech } from '../world/pod-logs.ts';
import { withContainerAddress } from './container-names.ts';
import type { Database } from './database.ts';
import type { DatabaseAction } from './database-faults.ts';
import { DatabasePod } from './database-pod.ts';
import type { DatabaseSpec } from './database-spec.ts';
import { createReferee, type DatabaseReferee } from './referee.ts';
import { Sessions } from './sessions.ts';
import { Writers } from './writers.ts';

export interface DatabaseLifeOptions {
  readonly database: Database;
  readonly spec: DatabaseSpec;
  readonly view: ClusterView;
  readonly clock: SandboxClock;
  readonly pace: (milliseconds: number) => number;
  readonly random: () => number;
  readonly onError: (error: unknown) => void;
}

/** What ties the server to its pod and the application's pods to the server. */
export interface DatabaseLife {
  /** How the server looks to the kubelet; undefined for any other program. */
  behaviour(program: Program): { readonly health: number; readonly refusal: string } | undefined;
  readonly speech: Speech;
  started(pod: StoredObject): void;
  stopped(pod: StoredObject): void;
  act(action: DatabaseAction): void;
  readonly referee: DatabaseReferee;
  /** `reconsider` tells the kubelet of a change in these pods. */
  start(reconsider: (affects: (pod: StoredObject) => boolean) => void, logs: Pick<PodLogs, 'printed'>): void;
  stop(): void;
}

const REFUSAL = '127.0.0.1:5432 - no response\n';

export function createDatabaseLife(options: DatabaseLifeOptions): DatabaseLife {
  const { database, spec, view, clock, pace, random, onError } = options;
  const isServer = (pod: StoredObject) => deploymentOf(pod) === spec.deployment;
  let reconsider: Parameters<DatabaseLife['start']>[0] = () => {};
  const pod = new DatabasePod({
    database,
    ephemeral: spec.ephemeral,
    isOwn: isServer,
    changed: () => reconsider(isServer),
    onError,
  });
  const writers = new Writers({
    database,
    clock,
    random,
    openMs: pace(spec.bookingSeconds * 1000),
    perSecond: spec.writesPerSecond / pace(1),
    pods: () =>
      view
        .all(PODS)
        .filter((item) => spec.writers.includes(deploymentOf(item)) && isReady(item))
        .map(({ metadata }) => metadata.name),
  });
  const sessions = new Sessions({ database, clock, pace });
  return {
    behaviour: ({ deployment }) =>
      deployment === spec.deployment ? { ...pod.health(), refusal: REFUSAL } : undefined,
    // It speaks for itself.
    speech: {
      first: (item) => (isServer(item) ? (pod.isAdopted(item) ? firstWords(item, database) : []) : undefined),
      last: (item) => (isServer(item) ? [] : undefined),
    },
    referee: createReferee(database, writers),
    started: (item) => pod.started(item),
    stopped: (item) => pod.stopped(item),
    act(action) {
      switch (action.do) {
        case 'crash-database':
          return database.server.crash();
        case 'open-session':
          return sessions.expect(action.session);
        default:
          return action satisfies never;
      }
    },
    start(tellKubelet, logs) {
      reconsider = tellKubelet;
      pod.adopt(view.all(PODS));
      database.server.onLine = (line) => {
        for (const item of view.all(PODS).filter(isServer))
          logs.printed(item, containerOf(item), withContainerAddress(line, database));
      };
      writers.start();
      for (const session of spec.sessions) sessions.expect(session);
    },
    stop() {
      writers.stop();
      sessions.stop();
    },
  };
}

/** What the server said on its start, as it would have said it when its container began. */
function firstWords({ status }: StoredObject, database: Database): readonly string[] {
  const began: string | undefined = status?.containerStatuses?.[0]?.state?.running?.startedAt;
  const time = (began ?? '').replace('T', ' ').replace('Z', '.000 UTC');
  const ready = database.firstLines.findIndex((line) => line.includes('ready to accept connections'));
  return database.firstLines
    .slice(0, ready + 1)
    .map((line) => withContainerAddress(line.replaceAll(/(?<=^| at )\S+ \S+ UTC/g, time), database));
}

function isReady({ metadata, status }: StoredObject): boolean {
  const conditions: { type: string; status: string }[] = status?.conditions ?? [];
  return (
    metadata.deletionTimestamp === undefined &&
    conditions.some(({ type, status: held }) => type === 'Ready' && held === 'True')
  );
}

function containerOf(pod: StoredObject): string {
  return pod.spec?.containers?.[0]?.name ?? '';
}
