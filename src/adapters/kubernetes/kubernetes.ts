import type { Clock } from '../../ports/clock.ts';
import { PortFailure } from '../../ports/failure.ts';
import type { Kubernetes, KubernetesReads } from '../../ports/kubernetes.ts';
import { neutralise } from '../../prose/neutralise.ts';
import { type OutputGuard, UNGUARDED } from '../output-sink.ts';
import { retrying } from '../retrying.ts';
import { createTransport, type Transport } from '../transport.ts';
import { createUpgrades } from '../upgrade.ts';
import { sendApply } from './apply.ts';
import { createCredentials } from './credentials.ts';
import { sendDelete } from './delete.ts';
import { createDiscovery } from './discovery.ts';
import { type Executing, execInContainer } from './exec.ts';
import { EXEC_RHYTHM, type ExecRhythm } from './exec-channels.ts';
import { type KubeconfigOptions, selectContext } from './kubeconfig.ts';
import type { LooksOver } from './looks.ts';
import { sendPatch } from './patch.ts';
import { readOnly } from './read-only.ts';
import { isReadingProgram } from './reading-programs.ts';
import { readsOver } from './reads.ts';
import { WATCH_RHYTHM, type WatchRhythm } from './watch.ts';

export interface KubernetesOptions extends KubeconfigOptions {
  readonly clock: Clock;
  /** 0 ≤ x < 1; spreads retries. */
  readonly random?: () => number;
  /** Deadline of a request that sets none, in milliseconds; 10 s when absent. */
  readonly timeoutMs?: number;
  readonly rhythm?: Partial<WatchRhythm>;
  readonly execRhythm?: Partial<ExecRhythm>;
  /** What the output of programs goes through; one for each stream. */
  readonly guard?: () => OutputGuard;
}

const TIMEOUT_MS = 10_000;

/** A cluster that can be looked at and not touched: no write leaves the transport under it. Throws 'not-configured'. */
export function createKubernetesReads(options: KubernetesOptions): KubernetesReads {
  const { reading, executing } = prepare(options);
  return readsOver(reading, inspectOver(executing));
}

/** A cluster that can be read and patched. Its reads are as harmless as those of `createKubernetesReads`. */
export function createKubernetes(options: KubernetesOptions): Kubernetes {
  const { reading, transport, executing } = prepare(options);
  const writing = { ...reading, transport };
  return {
    ...readsOver(reading, inspectOver(executing)),
    patch: (request, read = {}) => sendPatch(writing, request, false, read),
    apply: (request, read = {}) => sendApply(writing, request, false, read),
    delete: (request, read = {}) => sendDelete(writing, request, read),
    exec: (request, run = {}) => execInContainer(executing, request, run),
  };
}

/** A client that must not change anything runs no program that could. */
function inspectOver(executing: Executing): KubernetesReads['inspect'] {
  return async (request, options = {}) => {
    if (!isReadingProgram(request.argv) || request.stdin !== undefined)
      throw new PortFailure(
        neutralise(`Refused here: ${request.argv[0]} with these arguments is not known to only read.`),
        {
          reason: 'read-only',
          next: 'Preview and planning never write; run the runbook to perform its steps.',
        },
      );
    return execInContainer(executing, request, options);
  };
}

interface Prepared {
  readonly reading: LooksOver;
  readonly transport: Transport;
  readonly executing: Executing;
}

function prepare(options: KubernetesOptions): Prepared {
  const { clock, random = Math.random, timeoutMs = TIMEOUT_MS, guard = () => UNGUARDED } = options;
  const selected = selectContext(options);
  const { context } = selected;
  const selectAgain = () => selectContext({ ...options, context: context.name });
  const credentials = createCredentials(selected, clock, selectAgain);
  const transport = retrying(createTransport(context.server, credentials), clock, random);
  const harmless = readOnly(transport);
  const discovery = createDiscovery(harmless, context, timeoutMs);
  return {
    transport,
    reading: {
      transport: harmless,
      discovery,
      context,
      clock,
      random,
      timeoutMs,
      rhythm: { ...WATCH_RHYTHM, ...options.rhythm },
    },
    executing: {
      upgrades: createUpgrades(context.server, credentials),
      context,
      clock,
      timeoutMs,
      rhythm: { ...EXEC_RHYTHM, ...options.execRhythm },
      guard,
    },
  };
}
