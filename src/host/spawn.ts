import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type { JsonObject } from '../ports/json.ts';
import { compileCache } from './compile-cache.ts';
import { GREETING_FD, type Greeting, HOST_LOG } from './handshake.ts';

export interface HostStart {
  /** The host's program: a JavaScript file. */
  readonly program: string;
  /** For `readRequest` in the host; secrets may be in it. */
  readonly request: JsonObject;
  /** Where its log stands until it knows its session. */
  readonly stateFolder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Arguments for Node itself. */
  readonly nodeArguments?: readonly string[];
  /** Milliseconds until a host that says nothing is given up. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 60_000;
const CRASHED = 1;

/** Starts a session host that outlives this process and its terminal, and waits for its greeting. */
export async function startHost(start: HostStart): Promise<Greeting> {
  mkdirSync(start.stateFolder, { recursive: true, mode: 0o700 });
  const log = path.join(start.stateFolder, `host-${randomBytes(6).toString('hex')}.log`);
  const descriptor = openSync(log, 'wx', 0o600);
  const child = spawn(process.execPath, [...(start.nodeArguments ?? []), start.program], {
    detached: true,
    stdio: ['pipe', descriptor, descriptor, 'pipe'],
    env: { ...start.env, [GREETING_FD]: '3', [HOST_LOG]: log, ...compileCache() },
  });
  closeSync(descriptor);
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(JSON.stringify(start.request));
  try {
    const greeting = await greetingOf(child, log, start.patienceMs ?? PATIENCE_MS);
    if (!greeting.ready) rmSync(log, { force: true });
    return greeting;
  } finally {
    for (const stream of child.stdio) stream?.destroy();
    child.unref();
  }
}

function greetingOf(child: ChildProcess, log: string, patienceMs: number): Promise<Greeting> {
  return new Promise((resolve) => {
    let said = '';
    const fail = (problem: string) =>
      resolve({ ready: false, problems: [problem, ...lastWords(log)], exitCode: CRASHED });
    const giveUp = setTimeout(() => {
      child.kill('SIGKILL');
      fail(`The session host said nothing for ${Math.round(patienceMs / 1000)} seconds and was ended.`);
    }, patienceMs);
    child.once('error', (error) => fail(`The session host could not be started: ${error.message}`));
    const stream = child.stdio[3] as Readable;
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      said += text;
      if (said.endsWith('\n')) resolve(JSON.parse(said) as Greeting);
    });
    child.once('exit', (code, signal) =>
      // What it said before it left may still be on its way.
      setImmediate(() =>
        fail(`The session host ended before it was ready (${signal ?? `exit code ${code}`}).`),
      ),
    );
    stream.once('close', () => clearTimeout(giveUp));
  });
}

/** The end of what it printed: the reason, when it crashed. */
function lastWords(log: string): readonly string[] {
  try {
    const text = readFileSync(log, 'utf8').trim();
    return text === '' ? [] : [text.slice(-2_000)];
  } catch {
    return [];
  }
}
