import type { LiveSnapshot } from '../cluster/live.ts';
import { type LiveStore, StatusScreen } from './screens/status-screen.tsx';
import { mount, type Streams } from './terminal.tsx';

export interface StatusScreenOptions {
  readonly context: string;
  readonly namespace: string;
  /** Begins to give pictures of the cluster, until the screen is left. */
  readonly follow: (onSnapshot: (snapshot: LiveSnapshot) => void) => void;
  readonly streams?: Streams;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Draws what stands in a namespace until the operator leaves. */
export async function runStatus(options: StatusScreenOptions): Promise<void> {
  const { context, namespace, follow, streams, now = Date.now, env = process.env } = options;
  let latest: LiveSnapshot | undefined;
  const listeners = new Set<() => void>();
  const store: LiveStore = {
    snapshot: () => latest,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  follow((snapshot) => {
    latest = snapshot;
    for (const listener of listeners) listener();
  });
  await mount(
    (leave) => (
      <StatusScreen store={store} context={context} namespace={namespace} now={now} onLeave={leave} />
    ),
    { env, ...(streams === undefined ? {} : { streams }) },
  );
}
