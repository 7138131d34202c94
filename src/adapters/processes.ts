import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { PortFailure } from '../ports/failure.ts';
import type { Processes, ProcessRequest, ProcessResult } from '../ports/process.ts';
import { neutralise } from '../prose/neutralise.ts';
import { LONGEST_TIMER_MS } from './clock.ts';
import { OutputBatches, OutputTail } from './output-tail.ts';
import { endGroup } from './process-group.ts';

interface RunOptions {
  readonly signal: AbortSignal;
  readonly onOutput?: (chunk: string) => void;
}

/** What output goes through, piece by piece, before anything shows or keeps it. */
export interface OutputGuard {
  push(piece: Buffer): Buffer;
  /** What was held back. */
  end(): Buffer;
}

export interface ProcessesOptions {
  /** Between asking a program to end and ending it, in milliseconds. */
  readonly graceMs?: number;
  /** One for each stream of each program; without it output is taken as it is. */
  readonly guard?: () => OutputGuard;
}

type Settings = Required<ProcessesOptions>;

const UNGUARDED: OutputGuard = { push: (piece) => piece, end: () => Buffer.alloc(0) };

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
  const file = request.outputFile === undefined ? undefined : await openOutput(request.outputFile);
  if (options.signal.aborted) {
    await file?.close();
    throw cancelled(program);
  }
  const started = performance.now();
  const both = new OutputTail();
  const out = new OutputTail();
  const batches = options.onOutput && new OutputBatches(options.onOutput);
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
  let keeping = file !== undefined;
  // a full disk is no reason to end a restore half-way; it is said where the output is read
  const keep = async (chunk: Buffer) => {
    if (!keeping) return;
    try {
      await file?.write(chunk);
    } catch (error) {
      keeping = false;
      const { code } = error as NodeJS.ErrnoException;
      both.push(Buffer.from(`\n[the output from here on is not kept: ${code}]\n`));
    }
  };
  const take = async (stream: Readable | null, own?: OutputTail) => {
    const guarded = guard();
    const pass = async (chunk: Buffer) => {
      if (chunk.length === 0) return;
      both.push(chunk);
      own?.push(chunk);
      batches?.push(chunk);
      await keep(chunk);
    };
    try {
      for await (const chunk of (stream ?? []) as AsyncIterable<Buffer>) await pass(guarded.push(chunk));
    } catch (error) {
      // a program that was ended may have left its output open: it was closed from this side
      if (ended === undefined) throw error;
    }
    await pass(guarded.end());
  };
  try {
    const [result] = await Promise.all([child, take(child.stdout, out), take(child.stderr)]);
    batches?.end();
    if (ended === 'cancelled') throw cancelled(program);
    if (child.pid === undefined) throw notStarted(program, request, result.code);
    return {
      exitCode: result.exitCode,
      signal: result.signal,
      timedOut: ended === 'timed out',
      durationMs: performance.now() - started,
      tail: both.text(),
      stdout: out.text().replace(/\r?\n$/, ''),
      outputBytes: both.bytes,
    };
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener('abort', cancel);
    await file?.close();
  }
}

async function openOutput(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'a', 0o600);
  } catch (error) {
    throw new PortFailure(
      `The output file ${path} cannot be written (${(error as NodeJS.ErrnoException).code}).`,
      {
        reason: 'unexpected',
        cause: error,
      },
    );
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
