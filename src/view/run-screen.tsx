import type { SessionClient } from '../host/protocol.ts';
import { SessionScreen } from './screens/session-screen.tsx';
import { createScreenStore } from './store.ts';
import { mount, type Streams } from './terminal.tsx';
import { say } from './ui.ts';

export interface ScreenOptions {
  readonly client: SessionClient;
  readonly streams?: Streams;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface ScreenEnd {
  /** detached: the operator left, the session goes on. lost: the host died; the session can be resumed. */
  readonly reason: 'ended' | 'paused' | 'detached' | 'lost';
}

/** Draws a session and sends what the operator asks, until it is over or they leave. */
export async function runScreen({
  client,
  streams,
  now = Date.now,
  env = process.env,
}: ScreenOptions): Promise<ScreenEnd> {
  const store = createScreenStore({ folder: client.folder, now, later });
  const unsubscribe = client.subscribe((message) => store.receive(message));
  let reason: ScreenEnd['reason'] = 'detached';
  void client.closed.then((closed) => {
    if (closed === 'detached') return;
    reason = closed;
    store.hostGone(closed);
  });
  try {
    await mount(
      (leave) => (
        <SessionScreen
          store={store}
          now={now}
          onLeave={leave}
          onAsk={(intent) => {
            void client.send({ intent, by: 'operator' }).then(
              (answer) => answer.ok || store.update(say(store.snapshot().ui, answer.message, 'warn')),
              () =>
                store.update(
                  say(store.snapshot().ui, 'The session did not answer; nothing was asked of it.', 'bad'),
                ),
            );
          }}
        />
      ),
      { env, ...(streams === undefined ? {} : { streams }) },
    );
  } finally {
    unsubscribe();
    store.close();
    if (reason === 'detached') client.detach();
  }
  return { reason: store.snapshot().session?.status === 'ended' ? 'ended' : reason };
}

function later(flush: () => void, ms: number): () => void {
  const timer = setTimeout(flush, ms);
  return () => clearTimeout(timer);
}
