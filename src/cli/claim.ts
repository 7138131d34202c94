import { existsSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import path from 'node:path';
import { systemClock } from '../adapters/clock.ts';
import type { World } from '../engine/event.ts';
import { sessionHolder } from '../host/lock.ts';
import { leaseNamespace, type NamespaceLease } from '../host/namespace-lease.ts';
import { isSessionId } from '../journal/session-id.ts';
import type { Ports } from '../ports/ports.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { stepKinds } from '../steps/index.ts';

const ON_CLUSTER = /^(kubernetes|postgres|django)\//;

/** A session's claim on its namespace; `lost` may be told later, so it is set when there is something to stop. */
export interface Claim {
  readonly lease?: NamespaceLease;
  /** Why nobody else can be kept out. */
  readonly gap?: string;
  onLost: (message: string) => void;
}

/** Keeps other sessions out of a production namespace that this one may write to. Throws NamespaceTaken. */
export async function claimNamespace(asked: {
  readonly session: { readonly id: string; readonly folder: string };
  readonly runbook: Runbook;
  readonly world: World;
  readonly ports: Ports;
}): Promise<Claim> {
  const { session, runbook, world, ports } = asked;
  const { namespace, production } = world;
  const claim: Claim = { onLost: () => undefined };
  if (!production || namespace === undefined || !writesToCluster(runbook)) return claim;
  const place = `${userInfo().username}@${hostname()}/`;
  const answer = await leaseNamespace({
    kubernetes: await ports.kubernetes(),
    namespace,
    holder: place + session.id,
    clock: systemClock,
    isDead: (holder) =>
      holder.startsWith(place) && diedHere(path.dirname(session.folder), holder.slice(place.length)),
    onLost: (message) => claim.onLost(message),
  });
  return Object.assign(claim, answer);
}

function writesToCluster({ steps }: Runbook): boolean {
  const writing = new Set(stepKinds.filter(({ risk }) => risk !== 'safe').map(({ kind }) => kind));
  return steps.some(({ uses }) => ON_CLUSTER.test(uses) && writing.has(uses));
}

/** A session of this machine whose process is gone. */
function diedHere(sessions: string, id: string): boolean {
  const folder = path.join(sessions, id);
  return isSessionId(id) && existsSync(folder) && sessionHolder(folder) === undefined;
}
