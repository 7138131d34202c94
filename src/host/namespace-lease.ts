import type { Clock } from '../ports/clock.ts';
import { PortFailure } from '../ports/failure.ts';
import type { AccessRequest, KubeObject, Kubernetes, ResourceRef } from '../ports/kubernetes.ts';
import { neutralise } from '../prose/neutralise.ts';

/** Named so in every namespace: two rollbacks of one application at once would undo each other's work. */
const NAME = 'rollbook';
const LEASES = { group: 'coordination.k8s.io', resource: 'leases' } as const;
const DURATION_S = 30;
const RENEW_MS = 10_000;
/** Over one renewal: whoever still lives has moved it by then, whatever their clock says. */
const WATCH_MS = 12_000;
/** A holder silent for so long is gone, even with clocks apart. */
const DEAD_MS = 600_000;

export interface LeaseOptions {
  readonly kubernetes: Kubernetes;
  readonly namespace: string;
  /** Whom to talk to, and the session: 'alice@jump-1/261122-04k'. It finds its own lease again after a crash. */
  readonly holder: string;
  readonly clock: Clock;
  /** Whether a holder is known to be dead: its session ran on this machine. */
  readonly isDead: (holder: string) => boolean;
  /** Another session has taken it over: this one was silent for too long. */
  readonly onLost: (message: string) => void;
}

export interface NamespaceLease {
  /** Ends the renewing and takes the lease away, where it is still ours; never throws. */
  release(): Promise<void>;
}

/** Taken, or a sentence on why nobody else can be kept out; thrown is only that somebody else is in. */
export type LeaseAnswer = { readonly lease: NamespaceLease } | { readonly gap: string };

/** Another session works in the namespace. */
export class NamespaceTaken extends Error {
  readonly next: string;
  constructor(message: string, next: string) {
    super(message);
    this.name = 'NamespaceTaken';
    this.next = next;
  }
}

/**
 * Claims the namespace for one session by a coordination.k8s.io Lease, renewed until it is released. Every session
 * applies it under a field manager of its own, so that the server itself refuses the second. Throws NamespaceTaken.
 */
export async function leaseNamespace(options: LeaseOptions): Promise<LeaseAnswer> {
  try {
    if (!(await mayLease(options)))
      return { gap: `You may not write leases in ${options.namespace}: another session cannot be kept out.` };
    await take(options);
    return { lease: keep(options) };
  } catch (error) {
    if (error instanceof PortFailure)
      return { gap: `Another session cannot be kept out of ${options.namespace}: ${error.message}` };
    throw error;
  }
}

async function mayLease({ kubernetes, namespace }: LeaseOptions): Promise<boolean> {
  const asked: readonly AccessRequest[] = ['get', 'create', 'patch', 'delete'].map((verb) => ({
    verb,
    ...LEASES,
    namespace,
  }));
  const answers = await Promise.all(asked.map((request) => kubernetes.access(request)));
  return answers.every(({ allowed }) => allowed);
}

const refOf = ({ namespace }: LeaseOptions): ResourceRef => ({ ...LEASES, name: NAME, namespace });
/** At most 128 characters are taken. */
const managerOf = ({ holder }: LeaseOptions) => `rollbook ${holder}`.slice(0, 128);

async function current(options: LeaseOptions): Promise<KubeObject | undefined> {
  try {
    return await options.kubernetes.get(refOf(options));
  } catch (error) {
    if (error instanceof PortFailure && error.reason === 'not-found') return undefined;
    throw error;
  }
}

async function take(options: LeaseOptions): Promise<void> {
  const found = await current(options);
  const dead = found === undefined ? undefined : await goneHolder(options, found);
  try {
    await write(options, dead?.metadata.resourceVersion);
  } catch (error) {
    if (!(error instanceof PortFailure) || error.reason !== 'conflict') throw error;
    const winner = await current(options);
    throw winner === undefined ? error : taken(options, winner);
  }
}

/** The lease of one who is gone, or of this very session; otherwise it is taken. */
async function goneHolder(options: LeaseOptions, found: KubeObject): Promise<KubeObject> {
  const holder = holderOf(found);
  if (holder === options.holder || options.isDead(holder)) return found;
  const silent = options.clock.now() - renewedAt(found);
  if (silent > DEAD_MS) return found;
  if (silent <= durationOf(found)) throw taken(options, found);
  // Its clock may be behind: whether it lives is seen by whether it moves.
  await options.clock.sleep(WATCH_MS);
  const again = await current(options);
  if (again === undefined) return { metadata: { name: NAME } };
  if (again.metadata.resourceVersion !== found.metadata.resourceVersion) throw taken(options, again);
  return again;
}

/** With the version of the one to be replaced; without, only where the fields are nobody's or ours. */
async function write(options: LeaseOptions, replaces?: string): Promise<void> {
  const { kubernetes, namespace, holder, clock } = options;
  // Leases count in microseconds.
  const now = new Date(clock.now()).toISOString().replace(/Z$/, '000Z');
  await kubernetes.apply({
    object: {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name: NAME,
        namespace,
        labels: { 'app.kubernetes.io/managed-by': 'rollbook' },
        ...(replaces === undefined ? {} : { resourceVersion: replaces }),
      },
      spec: { holderIdentity: holder, leaseDurationSeconds: DURATION_S, renewTime: now },
    },
    fieldManager: managerOf(options),
    force: replaces !== undefined,
  });
}

function keep(options: LeaseOptions): NamespaceLease {
  const over = new AbortController();
  const { clock, onLost, namespace } = options;
  async function renewForEver(): Promise<void> {
    for (;;) {
      await clock.sleep(RENEW_MS, over.signal);
      try {
        await write(options);
      } catch (error) {
        // Not reached now: the next time may do, and who took it over is seen then.
        if (!(error instanceof PortFailure) || error.reason !== 'conflict') continue;
        const found = await current(options).catch(() => undefined);
        const whose = found === undefined ? 'Another session' : neutralise(holderOf(found));
        onLost(`${whose} has taken over namespace ${namespace}: this session was silent for too long.`);
        return;
      }
    }
  }
  const renewing = renewForEver().catch(() => undefined);
  return {
    async release() {
      over.abort();
      await renewing;
      try {
        const found = await current(options);
        if (found === undefined || holderOf(found) !== options.holder) return;
        const { uid, resourceVersion } = found.metadata;
        await options.kubernetes.delete({
          target: refOf(options),
          ...(uid === undefined ? {} : { uid }),
          ...(resourceVersion === undefined ? {} : { resourceVersion }),
        });
      } catch {
        // It ends by itself half a minute later.
      }
    },
  };
}

function holderOf({ spec }: KubeObject): string {
  return typeof spec?.holderIdentity === 'string' ? spec.holderIdentity : '';
}

function renewedAt({ spec }: KubeObject): number {
  const at = Date.parse(String(spec?.renewTime ?? ''));
  return Number.isNaN(at) ? 0 : at;
}

function durationOf({ spec }: KubeObject): number {
  return (typeof spec?.leaseDurationSeconds === 'number' ? spec.leaseDurationSeconds : DURATION_S) * 1000;
}

function taken(options: LeaseOptions, found: KubeObject): NamespaceTaken {
  const silent = Math.max(0, options.clock.now() - renewedAt(found));
  return new NamespaceTaken(
    `${neutralise(holderOf(found))} is rolling back in namespace ${options.namespace}; heard of ${Math.round(silent / 1000)} s ago. Two at once would undo each other's work.`,
    `Talk to them. If that session is dead, its claim ends ${DURATION_S} s after it was heard of; then try again.`,
  );
}
