import type { Clock } from '../../ports/clock.ts';
import { PortFailure } from '../../ports/failure.ts';
import type { Kubernetes, KubernetesReads } from '../../ports/kubernetes.ts';
import { retrying } from '../retrying.ts';
import { createTransport, type Transport } from '../transport.ts';
import { sendApply } from './apply.ts';
import { createCredentials } from './credentials.ts';
import { sendDelete } from './delete.ts';
import { createDiscovery } from './discovery.ts';
import { type KubeconfigOptions, selectContext } from './kubeconfig.ts';
import type { LooksOver } from './looks.ts';
import { sendPatch } from './patch.ts';
import { readOnly } from './read-only.ts';
import { readsOver } from './reads.ts';
import { WATCH_RHYTHM, type WatchRhythm } from './watch.ts';

export interface KubernetesOptions extends KubeconfigOptions {
  readonly clock: Clock;
  /** 0 ≤ x < 1; spreads retries. */
  readonly random?: () => number;
  /** Deadline of a request that sets none, in milliseconds; 10 s when absent. */
  readonly timeoutMs?: number;
  readonly rhythm?: Partial<WatchRhythm>;
}

const TIMEOUT_MS = 10_000;

/** A cluster that can be looked at and not touched: no write leaves the transport under it. Throws 'not-configured'. */
export function createKubernetesReads(options: KubernetesOptions): KubernetesReads {
  return readsOver(prepare(options).reading);
}

/** A cluster that can be read and patched. Its reads are as harmless as those of `createKubernetesReads`. */
export function createKubernetes(options: KubernetesOptions): Kubernetes {
  const { reading, transport } = prepare(options);
  const writing = { ...reading, transport };
  return {
    ...readsOver(reading),
    patch: (request, read = {}) => sendPatch(writing, request, false, read),
    apply: (request, read = {}) => sendApply(writing, request, false, read),
    delete: (request, read = {}) => sendDelete(writing, request, read),
    exec: unserved,
  };
}

function prepare(options: KubernetesOptions): { readonly reading: LooksOver; readonly transport: Transport } {
  const { clock, random = Math.random, timeoutMs = TIMEOUT_MS } = options;
  const selected = selectContext(options);
  const { context } = selected;
  const selectAgain = () => selectContext({ ...options, context: context.name });
  const transport = retrying(
    createTransport(context.server, createCredentials(selected, clock, selectAgain)),
    clock,
    random,
  );
  const harmless = readOnly(transport);
  const discovery = createDiscovery(harmless, context, timeoutMs);
  const rhythm = { ...WATCH_RHYTHM, ...options.rhythm };
  return {
    transport,
    reading: { transport: harmless, discovery, context, clock, random, timeoutMs, rhythm },
  };
}

async function unserved(): Promise<never> {
  throw new PortFailure('Not served.', { reason: 'not-served' });
}
