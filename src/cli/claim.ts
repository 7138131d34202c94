import { existsSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import path from 'node:path';
import { systemClock } from '../adapters/clock.ts';
import type { World } from '../engine/event.ts';
import { sessionHolder } from '../host/lock.ts';
import { leaseNamespace, type NamespaceLease, NamespaceTaken } from '../host/namespace-lease.ts';
import { isSessionId } from '../journal/session-id.ts';
import { PortFailure } from '../ports/failure.ts';
import type { Kubernetes } from '../ports/kubernetes.ts';
import type { Ports } from '../ports/ports.ts';

/** A session's claim on its namespace. */
export interface Claim {
  /** The same ports; the first write to the cluster waits for the claim, and is refused where another session has it. */
  readonly ports: Ports;
  /** Why nobody else can be kept out; set by whoever can say it. */
  onGap: (message: string) => void;
  /** Another session has taken it over. */
  onLost: (message: string) => void;
  release(): Promise<void>;
}

/** Keeps other sessions out of a production namespace from the first write on. */
export function claimOf(asked: {
  readonly session: { readonly id: string; readonly folder: string };
  readonly world: World;
  readonly ports: Ports;
}): Claim {
  const { session, world, ports } = asked;
  const { namespace, production } = world;
  let taken: Promise<NamespaceLease | undefined> | undefined;
  const claim: Claim = {
    ports,
    onGap: () => undefined,
    onLost: () => undefined,
    release: async () => (await taken?.catch(() => undefined))?.release(),
  };
  if (!production || namespace === undefined) return claim;

  async function take(kubernetes: Kubernetes, within: string): Promise<NamespaceLease | undefined> {
    const place = `${userInfo().username}@${hostname()}/`;
    const answer = await leaseNamespace({
      kubernetes,
      namespace: within,
      holder: place + session.id,
      clock: systemClock,
      isDead: (holder) =>
        holder.startsWith(place) && diedHere(path.dirname(session.folder), holder.slice(place.length)),
      onLost: (message) => claim.onLost(message),
    });
    if ('lease' in answer) return answer.lease;
    claim.onGap(answer.gap);
    return undefined;
  }

  const first = async (kubernetes: Kubernetes): Promise<void> => {
    taken ??= take(kubernetes, namespace);
    try {
      await taken;
    } catch (error) {
      // The next attempt looks again.
      taken = undefined;
      if (!(error instanceof NamespaceTaken)) throw error;
      throw new PortFailure(error.message, { reason: 'forbidden', next: error.next });
    }
  };
  return Object.assign(claim, {
    ports: { ...ports, kubernetes: async () => after(first, await ports.kubernetes()) },
  });
}

function after(first: (kubernetes: Kubernetes) => Promise<void>, kubernetes: Kubernetes): Kubernetes {
  const guarded = {
    patch: async (...call: Parameters<Kubernetes['patch']>) => {
      await first(kubernetes);
      return kubernetes.patch(...call);
    },
    apply: async (...call: Parameters<Kubernetes['apply']>) => {
      await first(kubernetes);
      return kubernetes.apply(...call);
    },
    delete: async (...call: Parameters<Kubernetes['delete']>) => {
      await first(kubernetes);
      return kubernetes.delete(...call);
    },
    exec: async (...call: Parameters<Kubernetes['exec']>) => {
      await first(kubernetes);
      return kubernetes.exec(...call);
    },
  };
  return { ...kubernetes, ...guarded };
}

/** A session of this machine whose process is gone. */
function diedHere(sessions: string, id: string): boolean {
  const folder = path.join(sessions, id);
  return isSessionId(id) && existsSync(folder) && sessionHolder(folder) === undefined;
}
