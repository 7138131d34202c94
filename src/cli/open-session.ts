import { readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../adapters/clock.ts';
import type { Event, World } from '../engine/event.ts';
import { replay } from '../engine/reduce.ts';
import { createRunner, type Runner, type RunnerOptions } from '../engine/runner.ts';
import type { SessionState } from '../engine/state.ts';
import { lockSession, type SessionLock } from '../host/lock.ts';
import { type Journal, openJournal } from '../journal/journal.ts';
import { createRedactor, type Redactor } from '../journal/redact.ts';
import { sealOutput } from '../journal/seal.ts';
import { createSession, type KeptMode, outputFile, stateFolder } from '../journal/sessions.ts';
import type { Json, JsonObject } from '../ports/json.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { stepKinds } from '../steps/index.ts';
import { CommandFailure, EXIT } from './exit-code.ts';
import { resolveInputs } from './inputs.ts';
import { type Connection, type SessionPorts, sessionPorts } from './ports.ts';
import { VERSION } from './version.ts';

/** What a session needs besides its journal to be taken up again: session.json in its folder. */
export interface Kept {
  readonly connection: Connection;
  readonly mode: KeptMode;
  readonly scenario?: string;
  /** Of the sandbox that a drill runs in. */
  readonly audit?: string;
}

export interface OpenedSession {
  readonly id: string;
  readonly folder: string;
  readonly kept: Kept;
  readonly ports: SessionPorts;
  readonly journal: Journal;
  readonly lock: SessionLock;
  /** As it was when it was opened. */
  readonly state: SessionState;
  readonly events: readonly Event[];
  start(listeners: Pick<RunnerOptions, 'onEvents' | 'onOutput'>): Runner;
  close(): void;
}

export interface NewSession {
  readonly runbook: Runbook;
  readonly given: ReadonlyMap<string, Json>;
  readonly mode: KeptMode;
  readonly connection: Connection;
  readonly production: ReadonlySet<string>;
  readonly scenario?: string;
  readonly audit?: string;
}

const KEPT_FILE = 'session.json';

/** Begins a session: its folder, its lock, and the first line of its journal. */
export async function beginSession(request: NewSession): Promise<OpenedSession> {
  const { inputs, secrets } = resolveInputs(request.runbook, request.given);
  const redactor = createRedactor(Object.values(secrets).map(String));
  const ports = sessionPorts(request.connection, (secret) => redactor.add(secret));
  const world = await worldOf(request, ports);
  const session = createSession(stateFolder(process.env, homedir()), request.mode, systemClock.now());
  const kept: Kept = {
    connection: request.connection,
    mode: request.mode,
    ...(request.scenario === undefined ? {} : { scenario: request.scenario }),
    ...(request.audit === undefined ? {} : { audit: request.audit }),
  };
  writeFileSync(path.join(session.folder, KEPT_FILE), `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
  const lock = lockSession(session.folder);
  const journal = openJournal({ folder: session.folder, now: () => systemClock.now(), redactor });
  const events = journal.append([
    {
      type: 'session-started',
      session: session.id,
      runbook: request.runbook,
      inputs: { ...inputs, ...secrets },
      world,
      version: VERSION,
    },
  ]);
  return opened({ session, kept, ports, journal, redactor, lock, secrets, events });
}

/** Takes a session up again, as it was when its host went away. */
export async function resumeSession(
  session: { readonly id: string; readonly folder: string },
  secretInputs: ReadonlyMap<string, Json>,
  hash: (runbook: Runbook) => Promise<string | undefined>,
): Promise<OpenedSession> {
  const lock = lockSession(session.folder);
  const kept = readKept(session.folder);
  const redactor = createRedactor([...secretInputs.values()].map(String));
  const journal = openJournal({ folder: session.folder, now: () => systemClock.now(), redactor });
  const state = replay(journal.events);
  if (state === undefined)
    throw new CommandFailure(`Session ${session.id} has an empty journal: nothing was begun.`, EXIT.usage);
  if (state.status === 'ended' && state.end?.outcome !== 'failed') {
    lock.release();
    throw new CommandFailure(
      `Session ${session.id} has ended: ${state.end?.outcome}.`,
      EXIT.usage,
      `rollbook show ${session.id} tells what happened.`,
    );
  }
  const secrets = missingSecrets(state, secretInputs);
  const now = await hash(state.runbook);
  const resumed = journal.append([
    {
      type: 'session-resumed',
      host: `pid ${process.pid}`,
      runbookChanged: now !== undefined && now !== state.runbook.sha256,
    },
  ]);
  return opened({
    session,
    kept,
    ports: sessionPorts(kept.connection, (secret) => redactor.add(secret)),
    journal,
    redactor,
    lock,
    secrets,
    events: [...journal.events, ...resumed],
  });
}

interface Parts {
  readonly session: { readonly id: string; readonly folder: string };
  readonly kept: Kept;
  readonly ports: SessionPorts;
  readonly journal: Journal;
  readonly redactor: Redactor;
  readonly lock: SessionLock;
  readonly secrets: JsonObject;
  readonly events: readonly Event[];
}

function opened({
  session,
  kept,
  ports,
  journal,
  redactor,
  lock,
  secrets,
  events: known,
}: Parts): OpenedSession {
  const events: Event[] = [...known];
  const state = replay(events);
  if (state === undefined) throw new Error('The journal is empty');
  return {
    id: session.id,
    folder: session.folder,
    kept,
    ports,
    journal,
    lock,
    state,
    events,
    start: (listeners) =>
      createRunner({
        events,
        append(drafts) {
          const stamped = journal.append(drafts);
          events.push(...stamped);
          return stamped;
        },
        secretInputs: secrets,
        registerSecret: (value) => redactor.add(value),
        kinds: stepKinds,
        ports: ports.ports,
        reads: ports.reads,
        clock: systemClock,
        outputFile: (step, attempt) => outputFile(session.folder, step, attempt),
        outputFilter: () => sealOutput(redactor),
        ...listeners,
      }),
    close() {
      journal.close();
      lock.release();
    },
  };
}

async function worldOf(request: NewSession, ports: SessionPorts): Promise<World> {
  const { mode, scenario } = request;
  const usesKubernetes = request.runbook.steps.some((step) => step.uses.startsWith('kubernetes/'));
  const context = usesKubernetes ? (await ports.kubernetes()).context : undefined;
  return {
    mode,
    ...(context === undefined ? {} : { context: context.name, user: context.user }),
    ...(request.connection.namespace === undefined ? {} : { namespace: request.connection.namespace }),
    ...(context !== undefined && request.production.has(context.name) ? { production: true } : {}),
    ...(scenario === undefined ? {} : { scenario }),
  };
}

function missingSecrets(state: SessionState, given: ReadonlyMap<string, Json>): JsonObject {
  const names = state.runbook.inputs.filter(
    (spec) => spec.type === 'secret' && state.inputs[spec.name] !== undefined,
  );
  const missing = names.filter((spec) => !given.has(spec.name)).map((spec) => spec.name);
  if (missing.length > 0)
    throw new CommandFailure(
      `The secrets ${missing.join(', ')} are not kept on disk.`,
      EXIT.usage,
      `Give them again: ${missing.map((name) => `-i ${name}=…`).join(' ')}`,
    );
  return Object.fromEntries(names.map((spec) => [spec.name, given.get(spec.name) ?? '']));
}

export function readKept(folder: string): Kept {
  return JSON.parse(readFileSync(path.join(folder, KEPT_FILE), 'utf8')) as Kept;
}
