import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../ports/clock.ts';
import type { Elasticsearch } from '../ports/elasticsearch.ts';
import type { KubeObject, ListRequest } from '../ports/kubernetes.ts';
import type { Prometheus } from '../ports/prometheus.ts';
import { ENDPOINTS_TYPE, SLICE_TYPE } from './endpoints.ts';
import { projectEvent } from './events.ts';
import type { Alarm, LiveLink, LiveSnapshot } from './live.ts';
import type { LogSpec } from './live-logs.ts';
import type { MetricSpec } from './live-metrics.ts';
import { followPods, type LiveReads } from './live-pods.ts';
import { snapshotContent } from './live-snapshot.ts';
import { followStream, freshnessOf, type Stream } from './live-stream.ts';
import { type Crossing, startMonitors } from './monitors.ts';

/** What to watch, as the runbook's `watch` says once its templates are filled in. */
export interface LiveWatch {
  /** Label selector; absent: every pod of the namespace. */
  readonly pods?: string;
  /** Names; absent: all. */
  readonly deployments?: readonly string[];
  readonly services?: readonly string[];
  readonly events?: boolean;
  readonly metrics?: readonly MetricSpec[];
  readonly logs?: readonly LogSpec[];
}

export interface LiveFeedOptions {
  readonly reads: LiveReads;
  /** Where there is none, an error says why. */
  readonly prometheus?: Prometheus | Error | undefined;
  readonly elasticsearch?: Elasticsearch | Error | undefined;
  readonly links?: readonly LiveLink[];
  /** What cannot be shown as the runbook says, a sentence each. */
  readonly problems?: readonly string[];
  /** Figures that were critical when the session was taken up. */
  readonly alarms?: readonly Alarm[];
  readonly spec: LiveWatch;
  readonly namespace: string;
  readonly clock: Clock;
  onSnapshot(snapshot: LiveSnapshot): void;
  /** A figure became critical, or is no longer. */
  readonly onCrossing?: (crossing: Crossing) => void;
  readonly signal: AbortSignal;
}

/** Five a second: what an eye can follow in a table, at half the cost of ten. */
const LEAST_GAP_MS = 200;
const TICK_MS = 1_000;
const MAX_KNOWN_EVENTS = 2_000;
/** As many pods as a large screen holds. */
const MOST_IN_SIGHT = 60;

/**
 * Watches one namespace and hands out pictures of it: at most five a second, the last one always, none without news.
 * What cannot be watched is named in `gaps`; what is stale says so in `freshness`. Never throws; ends with the signal.
 */
export function startLiveFeed(options: LiveFeedOptions): void {
  const { reads, spec, namespace, clock, signal } = options;
  const publish = coalesced(options, () => picture());
  const follow = <Kept>(request: ListRequest, project: (object: KubeObject) => Kept, atMost?: number) =>
    followStream(
      {
        reads,
        request: { ...request, namespace },
        project,
        onChange: publish,
        known: new Map<string, Kept>(),
        atMost,
      },
      signal,
    );
  const selected = spec.pods ? { labelSelector: spec.pods } : {};
  const pods = followPods(
    { reads, request: { group: '', resource: 'pods', namespace, ...selected }, clock, onChange: publish },
    signal,
  );
  const deployments = follow({ group: 'apps', resource: 'deployments' }, withoutBookkeeping);
  const services = follow({ group: '', resource: 'services' }, withoutBookkeeping);
  const endpoints = followEndpoints(options, publish);
  const events = spec.events
    ? follow({ group: '', resource: 'events' }, projectEvent, MAX_KNOWN_EVENTS)
    : undefined;
  const {
    prometheus,
    elasticsearch,
    links = [],
    problems = [],
    alarms = [],
    onCrossing = () => undefined,
  } = options;
  const { metrics, logs } = spec;
  const monitors = startMonitors(
    { metrics, logs, prometheus, elasticsearch, clock, alarms, onChange: publish, onCrossing },
    signal,
  );

  function picture(): LiveSnapshot {
    const streams = [
      pods.current(),
      deployments,
      services,
      endpoints.current(),
      ...(events === undefined ? [] : [events]),
    ];
    const content = snapshotContent(
      {
        pods: pods.census,
        deployments: deployments.known,
        services: services.known,
        endpoints: endpoints.current().known,
        events: events?.known ?? new Map(),
      },
      spec,
    );
    // Pods that are well come and go at the end of the list, and their workload tells their version.
    pods.show(content.pods.slice(0, MOST_IN_SIGHT).filter(({ ready }) => !ready));
    return {
      ...content,
      namespace,
      freshness: freshnessOf(streams, clock.now()),
      metrics: monitors.metrics(),
      logs: monitors.logs(),
      links,
      gaps: [...problems, ...endpoints.gaps(), ...streams.flatMap((each) => gapOf(each))],
    };
  }

  publish();
}

/** Draws when something has changed, and looks once a second whether time alone has made it stale. */
function coalesced({ clock, signal, onSnapshot }: LiveFeedOptions, picture: () => LiveSnapshot): () => void {
  let last: LiveSnapshot | undefined;
  let lastAt = Number.NEGATIVE_INFINITY;
  let waiting = false;
  const draw = () => {
    const next = picture();
    if (last !== undefined && isSameToTheEye(last, next)) return;
    last = next;
    lastAt = clock.elapsed();
    onSnapshot(next);
  };
  const tick = async () => {
    while (!signal.aborted) {
      await clock.sleep(TICK_MS, signal);
      draw();
    }
  };
  tick().catch(() => undefined);
  return () => {
    if (waiting || signal.aborted) return;
    waiting = true;
    clock.sleep(Math.max(0, lastAt + LEAST_GAP_MS - clock.elapsed()), signal).then(
      () => {
        waiting = false;
        draw();
      },
      () => undefined,
    );
  };
}

/** While all is live, only the time at which it was heard of moves: nothing to draw. */
function isSameToTheEye(a: LiveSnapshot, b: LiveSnapshot): boolean {
  const { freshness: before, ...one } = a;
  const { freshness: after, ...other } = b;
  return before.state === after.state && before.problem === after.problem && isDeepStrictEqual(one, other);
}

interface FollowedEndpoints {
  current(): Stream<ReadonlyMap<string, KubeObject>>;
  gaps(): readonly string[];
}

/** EndpointSlices; where those are not served or not allowed, Endpoints in their place. */
function followEndpoints(
  { reads, namespace, signal }: LiveFeedOptions,
  onChange: () => void,
): FollowedEndpoints {
  const givenUp = new AbortController();
  let instead: Stream<ReadonlyMap<string, KubeObject>> | undefined;
  const common = { reads, project: withoutBookkeeping };
  const kept = () => new Map<string, KubeObject>();
  const slices = followStream(
    {
      ...common,
      known: kept(),
      request: { ...SLICE_TYPE, namespace },
      onChange: () => {
        if (slices.missing !== undefined && instead === undefined) {
          givenUp.abort();
          instead = followStream(
            { ...common, known: kept(), request: { ...ENDPOINTS_TYPE, namespace }, onChange },
            signal,
          );
        }
        onChange();
      },
    },
    AbortSignal.any([signal, givenUp.signal]),
  );
  return {
    current: () => instead ?? slices,
    gaps: () => (instead === undefined ? [] : [`endpointslices: ${said(slices)}, endpoints are used`]),
  };
}

function gapOf(stream: Stream): readonly string[] {
  return stream.missing === undefined ? [] : [`${stream.resource}: ${said(stream)}`];
}

function said({ missing }: Stream): string {
  return missing === 'forbidden' ? 'not allowed to watch' : 'not served';
}

/** The parts that nothing is drawn from, and that weigh the most. */
function withoutBookkeeping(object: KubeObject): KubeObject {
  const { managedFields: _, annotations: __, ...metadata } = object.metadata;
  return { ...object, metadata: metadata as KubeObject['metadata'] };
}
