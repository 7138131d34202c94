import { systemClock } from '../adapters/clock.ts';
import { dashboardLinks, type LinkSpec } from '../cluster/dashboards.ts';
import type { LiveLink, LiveLog, LiveSnapshot } from '../cluster/live.ts';
import { startLiveFeed } from '../cluster/live-feed.ts';
import { startMonitors } from '../cluster/monitors.ts';
import type { Runner } from '../engine/runner.ts';
import { sessionNamespace } from '../engine/scope.ts';
import type { OpenedSession } from './open-session.ts';
import { watchedBy } from './watched.ts';

/** Dashboards begin this long before the session: what led to it is part of the picture. */
const BEFORE_MS = 30 * 60_000;

/** Starts the live watch that the runbook asks for; nothing where it asks for none. Aborting ends it. */
export function startLive(
  opened: OpenedSession,
  runner: Pick<Runner, 'witness'>,
  onSnapshot: (snapshot: LiveSnapshot) => void,
): AbortController {
  const live = new AbortController();
  void follow(opened, runner, onSnapshot, live.signal);
  return live;
}

/** The figures alone, for a session without a screen: what becomes critical is told as an event. */
export function startFigures(opened: OpenedSession, runner: Pick<Runner, 'witness'>): AbortController {
  const live = new AbortController();
  void followFigures(opened, runner, live.signal).catch((error: unknown) =>
    console.error('The figures cannot be watched:', error),
  );
  return live;
}

/** A session does not depend on its live view: what fails here is said in the view. */
async function follow(
  opened: OpenedSession,
  { witness }: Pick<Runner, 'witness'>,
  onSnapshot: (snapshot: LiveSnapshot) => void,
  signal: AbortSignal,
): Promise<void> {
  let links: readonly LiveLink[] = [];
  // of all that is watched, logs alone hold what programs were told
  const withoutSecrets = (log: LiveLog): LiveLog => ({
    ...log,
    lines: log.lines.map((line) => ({ ...line, message: opened.redact(line.message) })),
  });
  try {
    const watched = watchedBy(opened.state);
    if (watched === undefined) return;
    const { spec, problems } = watched;
    links = linksOf(opened, watched.links);
    const reads = await opened.ports.reads.kubernetes();
    startLiveFeed({
      ...(await sources(opened)),
      reads,
      links,
      problems,
      spec,
      namespace: sessionNamespace(opened.state) ?? reads.context.namespace,
      clock: systemClock,
      onSnapshot: (snapshot) => onSnapshot({ ...snapshot, logs: snapshot.logs.map(withoutSecrets) }),
      onCrossing: witness,
      signal,
    });
  } catch (error) {
    console.error('The live view could not start:', error);
    onSnapshot(nothingToShow(error instanceof Error ? error.message : String(error), links));
  }
}

async function followFigures(
  opened: OpenedSession,
  { witness }: Pick<Runner, 'witness'>,
  signal: AbortSignal,
): Promise<void> {
  const { metrics = [], logs = [] } = watchedBy(opened.state)?.spec ?? {};
  if (metrics.length + logs.length === 0) return;
  const found = await sources(opened);
  startMonitors({ ...found, metrics, logs, clock: systemClock, onCrossing: witness }, signal);
}

/** Those that can be asked; why the others cannot is said in their figures' place. */
async function sources({ ports: { reads }, state }: OpenedSession) {
  const [prometheus, elasticsearch] = await Promise.all([
    reads.prometheus().catch((error: Error) => error),
    reads.elasticsearch().catch((error: Error) => error),
  ]);
  return { prometheus, elasticsearch, alarms: state.alarms };
}

function linksOf({ state, kept }: OpenedSession, links: readonly LinkSpec[]) {
  const { grafanaUrl, kibanaUrl, links: configured = [] } = kept.connection;
  return dashboardLinks([...links, ...configured], {
    grafana: grafanaUrl,
    kibana: kibanaUrl,
    namespace: state.world.namespace,
    context: state.world.context,
    from: Date.parse(state.startedAt) - BEFORE_MS,
  });
}

function nothingToShow(problem: string, links: readonly LiveLink[]): LiveSnapshot {
  return {
    freshness: { state: 'disconnected', heardAt: undefined, problem },
    namespace: '',
    workloads: [],
    services: [],
    pods: [],
    podCount: 0,
    podsReady: 0,
    events: [],
    metrics: [],
    logs: [],
    links,
    gaps: [problem],
  };
}
