import type { KubernetesReads } from '../../ports/kubernetes.ts';
import { retrying } from '../retrying.ts';
import { type Credentials, createTransport } from '../transport.ts';
import { createDiscovery } from './discovery.ts';
import type { KubernetesOptions } from './kubernetes.ts';
import { type PlainContext, plainContext } from './plain-kubeconfig.ts';
import { readOnly } from './read-only.ts';
import { readsOver } from './reads.ts';
import { WATCH_RHYTHM } from './watch.ts';

const TIMEOUT_MS = 10_000;

/**
 * The reads of `createKubernetesReads` without a client library to load, for contexts that need none of it; undefined
 * for all others. Starts in a third of the time and half the memory.
 */
export function createLeanReads(options: KubernetesOptions): KubernetesReads | undefined {
  const { clock, random = Math.random, timeoutMs = TIMEOUT_MS } = options;
  const plain = plainContext(options);
  if (plain === undefined) return undefined;
  const { context } = plain;
  const again = () => plainContext({ ...options, context: context.name });
  const transport = readOnly(
    retrying(createTransport(context.server, plainCredentials(plain, again)), clock, random),
  );
  const discovery = createDiscovery(transport, context, timeoutMs);
  const rhythm = { ...WATCH_RHYTHM, ...options.rhythm };
  return readsOver({ transport, discovery, context, clock, random, timeoutMs, rhythm });
}

/** Read anew when the server no longer accepts them, as long as it is the same server and user. */
function plainCredentials(first: PlainContext, readAgain: () => PlainContext | undefined): Credentials {
  let current = first.authorization;
  return {
    authorize: async () => current,
    forget() {
      const next = readAgain();
      const isSame = next?.context.server === first.context.server && next.context.user === first.context.user;
      if (next === undefined || !isSame) return false;
      const isNew = JSON.stringify(next.authorization) !== JSON.stringify(current);
      current = next.authorization;
      return isNew;
    },
  };
}
