import type { Asked } from '../../src/engine/intent.ts';
import type { Closed, FromHost, SessionClient } from '../../src/host/protocol.ts';
import type { Scene } from './scene.ts';
import { events } from './sessions.ts';

export interface FakeClient extends SessionClient {
  readonly asked: readonly Asked[];
  readonly isDetached: boolean;
  tell(message: FromHost): void;
  close(how: Closed): void;
}

/** A session as a screen sees it, without a host behind it. */
export function fakeClient(
  scene: Scene,
  answer: { ok: true } | { ok: false; message: string } = { ok: true },
): FakeClient {
  const asked: Asked[] = [];
  const listeners = new Set<(message: FromHost) => void>();
  const closing = Promise.withResolvers<Closed>();
  let isDetached = false;
  const tell = (message: FromHost) => {
    for (const listener of listeners) listener(message);
  };
  return {
    folder: '/home/jana/.local/state/rollbook/sessions/banking-app-rollback-7f3a',
    asked,
    get isDetached() {
      return isDetached;
    },
    closed: closing.promise,
    send: async (what) => {
      asked.push(what);
      return answer;
    },
    subscribe(listener) {
      listeners.add(listener);
      listener({
        type: 'hello',
        protocol: 1,
        session: 'banking-app-rollback-7f3a',
        version: '0.1.0',
        folder: this.folder,
      });
      listener({ type: 'events', events: events(scene.drafts) });
      if (scene.live !== undefined) listener({ type: 'live', snapshot: scene.live });
      if (scene.output !== undefined) listener({ type: 'output', ...scene.output });
      if (scene.host !== undefined) closing.resolve(scene.host);
      return () => listeners.delete(listener);
    },
    detach() {
      isDetached = true;
      closing.resolve('detached');
    },
    tell,
    close: (how) => closing.resolve(how),
  };
}
