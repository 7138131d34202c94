import type { Clock } from '../../ports/clock.ts';
import { PortFailure } from '../../ports/failure.ts';
import type { ExecOptions, ExecRequest, ExecResult, KubernetesContext } from '../../ports/kubernetes.ts';
import { neutralise } from '../../prose/neutralise.ts';
import { LONGEST_TIMER_MS } from '../clock.ts';
import { type OutputGuard, OutputSink } from '../output-sink.ts';
import { OutputTail } from '../output-tail.ts';
import type { ApiResponse } from '../transport.ts';
import type { Upgrades } from '../upgrade.ts';
import { ConversationLost, converse, type ExecRhythm } from './exec-channels.ts';
import { exitCodeOf, type Running } from './exec-end.ts';
import { segment } from './paths.ts';
import { statusFailure, statusOf } from './status-failure.ts';

const V5 = 'v5.channel.k8s.io';
const V4 = 'v4.channel.k8s.io';
/** Of each stream. */
const KEPT_BYTES = 1024 * 1024;
const WHETHER_IT_HAPPENED =
  'The program may have ended, or still be at it: look before anything is done again.';

export interface Executing {
  readonly upgrades: Upgrades;
  readonly context: KubernetesContext;
  readonly clock: Clock;
  /** Until the connection is there. */
  readonly timeoutMs: number;
  readonly rhythm: ExecRhythm;
  readonly guard: () => OutputGuard;
}

/** Runs one program in a container to its end, over a WebSocket of its own; sent once. */
export async function execInContainer(
  over: Executing,
  request: ExecRequest,
  options: ExecOptions,
): Promise<ExecResult> {
  const { context, clock } = over;
  const namespace = request.namespace ?? context.namespace;
  const running = runningOf(request, namespace);
  const started = clock.elapsed();
  const path = execPath(request, namespace);
  const sink = await OutputSink.open({ ...request, ...options, guard: over.guard });
  const deadline =
    options.timeoutMs === undefined ? undefined : AbortSignal.timeout(bounded(options.timeoutMs));
  const signals = [deadline, options.signal].filter((signal) => signal !== undefined);
  const signal = AbortSignal.any(signals);
  const [out, err] = [new OutputTail(KEPT_BYTES), new OutputTail(KEPT_BYTES)];
  try {
    const upgraded = await over.upgrades.open({
      path,
      // a server that cannot end the input must refuse before it starts the program
      protocols: request.stdin === undefined ? [V5, V4] : [V5],
      timeoutMs: Math.min(over.timeoutMs, options.timeoutMs ?? over.timeoutMs),
      signal: options.signal,
    });
    if ('refused' in upgraded) throw refusal(upgraded.refused, request, namespace, context);
    const [stdout, stderr] = [sink.stream(out), sink.stream(err)];
    const conversation = {
      clock,
      rhythm: over.rhythm,
      stdin: request.stdin,
      onStdout: async (piece: Buffer) => stdout.push(piece),
      onStderr: async (piece: Buffer) => stderr.push(piece),
    };
    const ending = await converse(upgraded.socket, conversation, signal);
    await Promise.all([stdout.end(), stderr.end()]);
    const exitCode = exitCodeOf(ending, sink.tail.text(), running);
    return {
      exitCode,
      stdout: out.text(),
      stderr: err.text(),
      outputBytes: out.bytes + err.bytes,
      truncated: out.bytes > KEPT_BYTES || err.bytes > KEPT_BYTES,
      durationMs: clock.elapsed() - started,
    };
  } catch (error) {
    if (error instanceof PortFailure) throw error;
    throw unknownOutcome(error, running, options, deadline?.aborted === true);
  } finally {
    await sink.close();
  }
}

function execPath(request: ExecRequest, namespace: string): string {
  const query = new URLSearchParams();
  if (request.container !== undefined) query.set('container', request.container);
  for (const argument of request.argv) query.append('command', argument);
  if (request.stdin !== undefined) query.set('stdin', 'true');
  query.set('stdout', 'true');
  query.set('stderr', 'true');
  return `/api/v1/namespaces/${segment(namespace)}/pods/${segment(request.pod)}/exec?${query}`;
}

function runningOf({ pod, container, argv }: ExecRequest, namespace: string): Running {
  const inside = container === undefined ? '' : `container ${neutralise(container)} of `;
  return {
    program: neutralise(argv[0]),
    where: `${inside}pod/${neutralise(pod)} in namespace ${neutralise(namespace)}`,
  };
}

function bounded(timeoutMs: number): number {
  return Math.min(timeoutMs, LONGEST_TIMER_MS);
}

function refusal(
  response: ApiResponse,
  { pod, stdin }: ExecRequest,
  namespace: string,
  context: KubernetesContext,
): PortFailure {
  // the handshake fails without a word where none of the protocols is known
  if (stdin !== undefined && statusOf(response.body) === undefined && [400, 403].includes(response.status)) {
    return new PortFailure(
      `The API server of context ${context.name} cannot end the input of a program (protocol ${V5}, Kubernetes 1.30 or newer).`,
      { reason: 'not-served', next: 'Leave the input out: let the program read a file in the container.' },
    );
  }
  const verb = / cannot (get|create) /.exec(response.body.toString('utf8'))?.[1] ?? 'get';
  // what is not there is the pod, not its subresource
  const resource = response.status === 404 ? 'pods' : 'pods/exec';
  return statusFailure(response, { verb, resource, name: pod, namespace }, context);
}

/** Once it was begun, only looking at the world can tell. */
function unknownOutcome(
  error: unknown,
  { program, where }: Running,
  options: ExecOptions,
  late: boolean,
): PortFailure {
  const unknown = { detail: 'outcome-unknown', next: WHETHER_IT_HAPPENED, cause: error };
  if (options.signal?.aborted) {
    return new PortFailure(
      `Waiting for ${program} in ${where} was cancelled; the program itself may go on.`,
      {
        reason: 'cancelled',
        ...unknown,
      },
    );
  }
  if (late) {
    const limit = `${Number(((options.timeoutMs ?? 0) / 1000).toFixed(1))} s`;
    return new PortFailure(`${program} in ${where} did not end within ${limit}; it may go on.`, {
      reason: 'timeout',
      ...unknown,
    });
  }
  const why = error instanceof ConversationLost ? error.message : `It failed: ${(error as Error).message}.`;
  return new PortFailure(`The connection to ${program} in ${where} was lost before it ended. ${why}`, {
    reason: 'disconnected',
    ...unknown,
  });
}
