import { systemClock } from '../adapters/clock.ts';
import type { LiveSnapshot } from '../cluster/live.ts';
import { type LiveWatch, startLiveFeed } from '../cluster/live-feed.ts';
import { scopeTemplate, sessionNamespace } from '../engine/scope.ts';
import type { SessionState } from '../engine/state.ts';
import type { Json } from '../ports/json.ts';
import type { WatchSpec } from '../runbook/runbook.ts';
import type { OpenedSession } from './open-session.ts';

/** Starts the live watch that the runbook asks for; nothing where it asks for none. Aborting ends it. */
export function startLive(
  opened: OpenedSession,
  onSnapshot: (snapshot: LiveSnapshot) => void,
): AbortController {
  const live = new AbortController();
  const { watch } = opened.state.runbook;
  if (watch !== undefined) void follow(opened, watch, onSnapshot, live.signal);
  return live;
}

/** A session does not depend on its live view: what fails here is said in the view. */
async function follow(
  opened: OpenedSession,
  watch: WatchSpec,
  onSnapshot: (snapshot: LiveSnapshot) => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    const reads = await opened.ports.reads.kubernetes();
    const prometheus = await opened.ports.reads.prometheus().catch(() => undefined);
    const namespace = sessionNamespace(opened.state) ?? reads.context.namespace;
    startLiveFeed({
      reads,
      prometheus,
      spec: rendered(opened.state, watch),
      namespace,
      clock: systemClock,
      onSnapshot,
      signal,
    });
  } catch (error) {
    console.error('The live view could not start:', error);
    onSnapshot(nothingToShow(error instanceof Error ? error.message : String(error)));
  }
}

/** The watch section may name inputs, not what steps find out. */
function rendered(state: SessionState, watch: WatchSpec): LiveWatch {
  return scopeTemplate(state, watch as unknown as Json) as unknown as LiveWatch;
}

function nothingToShow(problem: string): LiveSnapshot {
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
    gaps: [problem],
  };
}
