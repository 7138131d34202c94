import { Containers } from '../containers/containers.ts';
import type { Installer } from '../containers/installation.ts';
import type { Database } from '../database/database.ts';
import { createDatabaseLife } from '../database/database-life.ts';
import { databaseInstaller } from '../database/database-pod.ts';
import type { DatabaseReferee } from '../database/referee.ts';
import { Django } from '../django/django.ts';
import { djangoInstaller } from '../django/installer.ts';
import { KasMetrics } from '../kas/kas-metrics.ts';
import { kasProgram, kasSpeech } from '../kas/kas-program.ts';
import type { KasState } from '../kas/kas-state.ts';
import { createKasState, migrate, noteMigrated, withKas } from '../kas/kas-world.ts';
import { AutoscalerController } from '../kubernetes/controllers/autoscaler-controller.ts';
import { ClusterView } from '../kubernetes/controllers/cluster-view.ts';
import type { Controller, ControllerContext } from '../kubernetes/controllers/controller-context.ts';
import { DeploymentController } from '../kubernetes/controllers/deployment-controller.ts';
import { EndpointsController } from '../kubernetes/controllers/endpoints-controller.ts';
import { EventRecorder } from '../kubernetes/controllers/event-recorder.ts';
import { GarbageCollector } from '../kubernetes/controllers/garbage-collector.ts';
import { PODS } from '../kubernetes/controllers/keys.ts';
import { Kubelet } from '../kubernetes/controllers/kubelet.ts';
import { NamespaceController } from '../kubernetes/controllers/namespace-controller.ts';
import { ReplicaSetController } from '../kubernetes/controllers/replica-set-controller.ts';
import { signedStore } from '../kubernetes/patch/signed-store.ts';
import {
  DEFAULT_VERSION,
  minorVersion,
  RESOURCE_TYPES,
  servedTypes,
  storageKey,
} from '../kubernetes/resource-types.ts';
import type { Store, StoredObject } from '../kubernetes/store.ts';
import type { KubernetesWorld, SandboxClock } from '../kubernetes/world-interfaces.ts';
import { collectLogs } from '../monitoring/elasticsearch/collect-logs.ts';
import type { LogDocuments } from '../monitoring/elasticsearch/log-documents.ts';
import { Monitoring } from '../monitoring/monitoring.ts';
import { ApplicationProxy } from './application-proxy.ts';
import { Applications, deploymentOf } from './applications.ts';
import { type FiredFault, ScenarioFaults, type WorldAction } from './fault-gate.ts';
import { PodLogs } from './pod-logs.ts';
import { seededRandom } from './random.ts';
import { Seeding } from './seed.ts';
import type { WorldSpec } from './spec.ts';
import { editObject, killPods, withdrawPermission } from './world-actions.ts';

export interface WorldOptions {
  readonly spec: WorldSpec;
  readonly store: Store;
  readonly clock: SandboxClock;
  /** Started; of a world that has one. */
  readonly database?: Database | undefined;
  /** Where the files of containers are kept; without it, nothing can be run in them. */
  readonly folder?: string | undefined;
  /** Told of what went wrong inside; the world goes on. */
  readonly onError: (error: unknown) => void;
}

/** Everything in the sandbox that moves by itself. */
export interface World extends KubernetesWorld {
  /** Puts the first objects into the store and sets everything in motion. */
  start(): void;
  stop(): void;
  /** Every fault that happened so far, oldest first. */
  firedFaults(): readonly FiredFault[];
  /** The application on top of the database; `start` it first. Undefined in a world without a database. */
  readonly django: Django | undefined;
  /** What a drill's referee may ask of the database; undefined in a world without. */
  readonly referee: DatabaseReferee | undefined;
  /** What Elasticsearch holds, once started; undefined in a world without it. */
  readonly logDocuments: LogDocuments | undefined;
  /** Prometheus' HTTP API; undefined in a world without monitoring. */
  readonly prometheusHandler: ((request: Request) => Promise<Response>) | undefined;
  /** What its GitLab begins with and what the versions do; undefined in a world without KAS Fleet Manager. */
  readonly kas: KasState | undefined;
}

/** What the images of the world bring into their containers. */
function installersOf(
  { database: described }: WorldSpec,
  database: Database | undefined,
  django: Django | undefined,
): readonly Installer[] {
  return [
    ...(database === undefined ? [] : [databaseInstaller(database, described?.backupFreeBytes)]),
    ...(django === undefined ? [] : [djangoInstaller(django)]),
  ];
}

const NOBODY = { deployment: '', version: '', namespace: '' };

export function createWorld(options: WorldOptions): World {
  const { spec: described, store, clock, database, folder, onError } = options;
  const kas = described.kas && createKasState(described.kas, described.seed, clock.now());
  const spec = kas === undefined ? described : withKas(described, kas, clock.now());
  const pace = (milliseconds: number) => milliseconds / spec.timeScale;
  const random = seededRandom(spec.seed);
  const view = new ClusterView(store);
  const events = new EventRecorder(store, clock);
  const version = spec.cluster.version ?? DEFAULT_VERSION;
  const minor = minorVersion(version);
  const signed = (manager: string) => signedStore(store, { manager, now: () => clock.now(), minor });
  // What was there before the start is signed by whoever applied it, if by anyone.
  const unsigned: ControllerContext = { store, view, events, clock, pace, random, onError, minor };
  const context: ControllerContext = { ...unsigned, store: signed('kube-controller-manager') };
  const databaseLife =
    database &&
    spec.database &&
    createDatabaseLife({ database, spec: spec.database, view, clock, pace, random, onError });
  const django = database && new Django({ spec: spec.django, database, pace });
  const applications = new Applications(
    spec.applications,
    (program) => ({ ...kas?.behaviour(program), ...databaseLife?.behaviour(program) }),
    (program) => django?.trouble(program) ?? {},
  );
  const logs = new PodLogs(
    store,
    clock,
    applications,
    kas === undefined ? databaseLife?.speech : kasSpeech(kas),
  );
  const behaviourOf = (pod: StoredObject) => applications.of(pod);
  const served = servedTypes(version, spec.cluster.notServed);
  const slices = served.some(({ resource }) => resource === 'endpointslices');
  const holds = new Map(spec.autoscalers.map((item) => [item.deployment, item.holds]));
  const kubelet = new Kubelet(
    { ...context, store: signed('kubelet') },
    {
      of: behaviourOf,
      initialize: (pod) => (kas === undefined ? { seconds: 0.3, exitCode: 0 } : migrate(kas, pod)),
      started(pod, container) {
        databaseLife?.started(pod);
        logs.started(pod, container);
      },
      unhealthy: (pod, container) => logs.unhealthy(pod, container),
      stopped(pod, container, exitCode) {
        if (kas !== undefined) noteMigrated(kas, pod, container, exitCode);
        databaseLife?.stopped(pod);
        logs.stopped(pod, container, exitCode);
      },
    },
  );
  const controllers: readonly Controller[] = [
    new NamespaceController(unsigned),
    new GarbageCollector(context),
    kubelet,
    new ReplicaSetController(context),
    new DeploymentController(context),
    new EndpointsController(context, { slices }),
    new AutoscalerController(context, ({ spec: wanted }) => holds.get(wanted.scaleTargetRef?.name)),
  ];
  const sources =
    kas === undefined
      ? []
      : [new KasMetrics({ view, behaviourOf, well: applications.behaviour(NOBODY), random })];
  const monitoring = spec.prometheus
    ? new Monitoring({ spec, view, store, clock, applications, logs, random, onError, sources })
    : undefined;

  let logDocuments: LogDocuments | undefined;

  const act = (action: WorldAction) => {
    switch (action.do) {
      case 'set-health': {
        const { do: _do, deployment, ...change } = action;
        applications.change(deployment, change);
        kubelet.reconsider((pod) => deploymentOf(pod) === deployment);
        return;
      }
      case 'kill-pods':
        return killPods(context, action.deployment, action.count ?? Number.POSITIVE_INFINITY);
      case 'edit':
        return editObject(store, action, spec.namespace, clock.now());
      case 'withdraw-permission':
        return withdrawPermission(store, action);
      case 'crash-database':
      case 'open-session':
        return databaseLife?.act(action);
      case 'fail-prometheus':
        return monitoring?.fail(
          pace((action.seconds ?? Number.POSITIVE_INFINITY) * 1000),
          action.code ?? 503,
        );
      default:
        return action satisfies never;
    }
  };
  const faults = new ScenarioFaults({ faults: spec.faults, clock, pace, act, onError });

  const exec =
    folder === undefined
      ? undefined
      : new Containers({ store, folder, installers: installersOf(spec, database, django) });

  return {
    logs,
    ...(exec === undefined ? {} : { exec }),
    kas,
    django,
    proxy: new ApplicationProxy({
      store,
      clock,
      applications,
      logs,
      random,
      pace,
      programs: kas && kasProgram({ state: kas, behaviourOf, random }),
    }),
    faults,
    firedFaults: () => faults.fired,
    referee: databaseLife?.referee,
    get logDocuments() {
      return logDocuments;
    },
    prometheusHandler: monitoring && ((request) => monitoring.handle(request)),
    start() {
      new Seeding(spec, unsigned, applications, slices).run();
      if (spec.elasticsearch) logDocuments = collectLogs({ spec, store, applications, logs, clock });
      view.start(RESOURCE_TYPES.map(storageKey));
      for (const controller of controllers) controller.start();
      // After the kubelet, which lets the containers say their last words.
      view.on(PODS, ({ type, object }) => {
        if (type !== 'DELETED') return;
        logs.forget(object);
        exec?.ended(object.metadata);
      });
      databaseLife?.start((pod) => kubelet.reconsider(pod), logs);
      monitoring?.start();
      faults.start();
    },
    stop() {
      faults.stop();
      monitoring?.stop();
      databaseLife?.stop();
      exec?.stop();
      for (const controller of controllers) controller.stop();
      events.stop();
      view.stop();
    },
  };
}
