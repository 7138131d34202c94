import { systemClock } from '../adapters/clock.ts';
import { createLeanReads } from '../adapters/kubernetes/lean-reads.ts';
import type { KubernetesLooks } from '../adapters/kubernetes/looks.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import { statusLines } from './status-lines.ts';
import { lookOnce } from './status-once.ts';

export interface StatusFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  /** Label selector of the pods and deployments to look at. */
  readonly selector?: string;
  readonly once?: boolean;
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** rollbook status: the pods and rollouts of a namespace; live in a terminal, one look anywhere else. */
export async function status(flags: StatusFlags, io: Io): Promise<ExitCode> {
  const reads = await readsFor(flags);
  const looked = {
    namespace: reads.context.namespace,
    ...(flags.selector === undefined ? {} : { labelSelector: flags.selector }),
    now: () => systemClock.now(),
  };
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
  if (flags.once || (!flags.watch && (flags.json || !isTerminal))) {
    const standing = await lookOnce(reads, looked);
    if (flags.json) io.out(JSON.stringify(standing));
    else io.out(statusLines(standing, looked.now()).join('\n'));
    return EXIT.succeeded;
  }
  const { followStatus } = await import('./status-live.ts');
  return followStatus(reads, flags, isTerminal && !flags.json, io);
}

/** Nothing is loaded that the context does not need. */
async function readsFor(flags: StatusFlags): Promise<KubernetesLooks> {
  const { kubeconfig, context, namespace } = flags;
  const options = {
    clock: systemClock,
    env: process.env,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    ...(namespace === undefined ? {} : { namespace }),
  };
  const lean = createLeanReads(options);
  if (lean !== undefined) return lean;
  const { createKubernetesReads } = await import('../adapters/kubernetes/kubernetes.ts');
  return createKubernetesReads(options);
}
