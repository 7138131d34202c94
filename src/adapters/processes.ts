import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { PortFailure } from '../ports/failure.ts';
import type { Processes, ProcessRequest, ProcessResult } from '../ports/process.ts';
import { neutralise } from '../prose/neutralise.ts';
import { LONGEST_TIMER_MS } from './clock.ts';
import { type OutputGuard, OutputSink, UNGUARDED } from './output-sink.ts';
import { OutputTail } from './output-tail.ts';
import { endGroup } from './process-group.ts';

interface RunOptions {
  readonly signal: AbortSignal;
  readonly onOutput?: (chunk: string) => void;
}

export interface ProcessesOptions {
  /** Between asking a program to end and ending it, in milliseconds. */
  readonly graceMs?: number;
  /** One for each stream of each program; without it output is taken as it is. */
  readonly guard?: () => OutputGuard;
}

type Settings = Required<ProcessesOptions>;

/** Local programs over execa: arguments as a list, never a shell; all output to a file, its end in memory. */
export function createProcesses({
  graceMs = 5_000,
  guard = () => UNGUARDED,
}: ProcessesOptions = {}): Processes {
  return { run: (request, options) => run(request, options, { graceMs, guard }) };
}

async function run(
  request: ProcessRequest,
  options: RunOptions,
  { graceMs, guard }: Settings,
): Promise<ProcessResult> {
  const [program, ...args] = request.argv;
  if (options.signal.aborted) throw cancelled(program);
  const sink = await OutputSink.open({ ...request, ...options, guard });
  if (options.signal.aborted) {
    await sink.close();
    throw cancelled(program);
  }
  const started = performance.now();
  const out = new OutputTail();
  const child = execa(program, args, {
    ...(request.env === undefined ? {} : { env: request.env }),
    ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
    ...(request.stdin === undefined ? { stdin: 'ignore' as const } : { input: request.stdin }),
    // a group of its own, so that what the program starts is ended with it
    detached: true,
    buffer: false,
    encoding: 'buffer',
    reject: false,
  });
  let ended: 'timed out' | 'cancelled' | undefined;
  const end = (why: 'timed out' | 'cancelled') => {
    ended ??= why;
    if (child.pid === undefined) return;
    void endGroup(child.pid, graceMs, child).then(() => {
      // whoever left the group may hold the output open for ever
      child.stdout?.destroy();
      child.stderr?.destroy();
    });
  };
  const cancel = () => end('cancelled');
  options.signal.addEventListener('abort', cancel, { once: true });
  const timer =
    request.timeoutMs === undefined
      ? undefined
      : setTimeout(() => end('timed out'), Math.min(request.timeoutMs, LONGEST_TIMER_MS));
  const take = async (stream: Readable | null, own?: OutputTail) => {
    const kept = sink.stream(own);
    try {
      for await (const chunk of (stream ?? []) as AsyncIterable<Buffer>) await kept.push(chunk);
    } catch (error) {
      // a program that was ended may have left its output open: it was closed from this side
      if (ended === undefined) throw error;
    }
    await kept.end();
  };
  try {
    const [result] = await Promise.all([child, take(child.stdout, out), take(child.stderr)]);
    if (ended === 'cancelled') throw cancelled(program);
    if (child.pid === undefined) throw notStarted(program, request, result.code);
    return {
      exitCode: result.exitCode,
      signal: result.signal,
      timedOut: ended === 'timed out',
      durationMs: performance.now() - started,
      tail: sink.tail.text(),
      stdout: out.text().replace(/\r?\n$/, ''),
      outputBytes: sink.tail.bytes,
    };
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener('abort', cancel);
    await sink.close();
  }
}

function notStarted(program: string, { cwd }: ProcessRequest, code: string | undefined): PortFailure {
  const name = neutralise(program);
  switch (code) {
    case 'ENOENT':
      return new PortFailure(
        `The program ${name} was not found on PATH${cwd === undefined ? '' : `, or the folder ${neutralise(cwd)} does not exist`}.`,
        { reason: 'not-found', next: 'Install it on this machine, or correct its name in the runbook.' },
      );
    case 'EACCES':
      return new PortFailure(`The program ${name} may not be run by this user.`, {
        reason: 'forbidden',
        next: 'Make the file executable, or name another.',
      });
    default:
      return new PortFailure(`The program ${name} could not be started (${code ?? 'unknown reason'}).`, {
        reason: 'unexpected',
      });
  }
}

function cancelled(program: string): PortFailure {
  return new PortFailure(`${neutralise(program)} was cancelled.`, { reason: 'cancelled' });
}
