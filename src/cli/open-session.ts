import { existsSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { systemClock } from '../adapters/clock.ts';
import type { Event } from '../engine/event.ts';
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
import { claimOf } from './claim.ts';
import { CommandFailure, EXIT } from './exit-code.ts';
import { resolveInputs } from './inputs.ts';
import { type Kept, readKept, writeKept } from './kept.ts';
import { checkLiveChoices } from './live-choices.ts';
import { type Connection, readPorts, type SessionPorts, sessionPorts } from './ports.ts';
import type { Settings } from './settings.ts';
import { settle, worldOf } from './settle.ts';
import { VERSION } from './version.ts';

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
  /** What opening it has journalled: that it was started, or resumed. */
  readonly begun: readonly Event[];
  /** The same text without the secrets that are known by now. */
  redact(text: string): string;
  start(listeners: Pick<RunnerOptions, 'onEvents' | 'onOutput'>): Runner;
  /** Lets others into the namespace; then the journal and the lock may go. */
  leaveNamespace(): Promise<void>;
  close(): void;
}

export interface NewSession {
  readonly runbook: Runbook;
  readonly given: ReadonlyMap<string, Json>;
  readonly mode: KeptMode;
  readonly connection: Connection;
  readonly settings: Settings;
  readonly scenario?: string;
  readonly audit?: string;
}

/** Begins a session: its folder, its lock, and the first line of its journal. */
export async function beginSession(request: NewSession): Promise<OpenedSession> {
  const settled = await settle(request);
  const { connection } = settled;
  await checkLiveChoices(request.runbook, request.given, readPorts(connection));
  const { inputs, secrets } = resolveInputs(request.runbook, request.given);
  const session = createSession(stateFolder(process.env, homedir()), request.mode, systemClock.now());
  const kept: Kept = {
    connection,
    mode: request.mode,
    ...(request.scenario === undefined ? {} : { scenario: request.scenario }),
    ...(request.audit === undefined ? {} : { audit: request.audit }),
  };
  writeKept(session.folder, kept);
  const { runbook } = request;
  const world = worldOf(request, inputs, settled);
  return holding(session.folder, async (lock) => {
    const book = openBook(session.folder, kept, secrets);
    const events = book.journal.append([
      {
        type: 'session-started',
        session: session.id,
        runbook,
        inputs: { ...inputs, ...secrets },
        world,
        version: VERSION,
      },
    ]);
    return opened({ session, kept, ...book, lock, secrets, events, begun: events });
  }).catch((error: unknown) => {
    // Nothing was begun: a folder without a first line would only be in the way.
    rmSync(session.folder, { recursive: true, force: true });
    throw error;
  });
}

/** Takes a session up again, as it was when its host went away. */
export async function resumeSession(
  session: { readonly id: string; readonly folder: string },
  given: ReadonlyMap<string, Json>,
  hash: (runbook: Runbook) => Promise<string | undefined>,
): Promise<OpenedSession> {
  return holding(session.folder, async (lock) => {
    const kept = readKept(session.folder);
    const book = openBook(session.folder, kept, Object.fromEntries(given));
    const { journal } = book;
    const state = replay(journal.events);
    if (state === undefined)
      throw new CommandFailure(`Session ${session.id} has an empty journal: nothing was begun.`, EXIT.usage);
    if (state.status === 'ended' && state.end?.outcome !== 'failed')
      throw new CommandFailure(
        `Session ${session.id} has ended: ${state.end?.outcome}.`,
        EXIT.usage,
        `rollbook show ${session.id} tells what happened.`,
      );
    checkWorldIsThere(session.id, kept);
    const secrets = missingSecrets(state, given);
    const now = await hash(state.runbook);
    const resumed = journal.append([
      {
        type: 'session-resumed',
        host: `pid ${process.pid}`,
        runbookChanged: now !== undefined && now !== state.runbook.sha256,
      },
    ]);
    const events = [...journal.events, ...resumed];
    return opened({ session, kept, ...book, lock, secrets, events, begun: resumed });
  });
}

/** Takes the session's lock, and gives it back when it cannot be opened after all. */
async function holding<T>(folder: string, open: (lock: SessionLock) => T | Promise<T>): Promise<T> {
  const lock = lockSession(folder);
  try {
    return await open(lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

interface Book {
  readonly redactor: Redactor;
  readonly journal: Journal;
  readonly ports: SessionPorts;
}

function openBook(folder: string, { connection }: Kept, secrets: JsonObject): Book {
  const redactor = createRedactor(Object.values(secrets).map(String));
  const journal = openJournal({ folder, now: () => systemClock.now(), redactor });
  const ports = sessionPorts(connection, redactor.byteStream, (secret) => redactor.add(secret));
  return { redactor, journal, ports };
}

/** A drill's sandbox ends by itself when nobody comes back to it. */
function checkWorldIsThere(id: string, { mode, scenario, connection }: Kept): void {
  if (mode !== 'drill' || connection.kubeconfig === undefined || existsSync(connection.kubeconfig)) return;
  throw new CommandFailure(
    `The sandbox of drill ${id} is gone; it ends when nobody has been in it for ten minutes.`,
    EXIT.refused,
    `Begin the drill again${scenario === undefined ? '' : `, with --scenario ${scenario}`}.`,
  );
}

interface Parts extends Book {
  readonly session: { readonly id: string; readonly folder: string };
  readonly kept: Kept;
  readonly lock: SessionLock;
  readonly secrets: JsonObject;
  readonly events: readonly Event[];
  readonly begun: readonly Event[];
}

function opened(parts: Parts): OpenedSession {
  const { session, kept, journal, redactor, ports, lock, secrets, events: known, begun } = parts;
  const events: Event[] = [...known];
  const state = replay(events);
  if (state === undefined) throw new Error('The journal is empty');
  const claim = claimOf({ session, world: state.world, ports: ports.ports });
  return {
    id: session.id,
    folder: session.folder,
    kept,
    ports,
    journal,
    lock,
    state,
    events,
    begun,
    redact: redactor.redact,
    start(listeners) {
      const runner = createRunner({
        events,
        append(drafts) {
          const stamped = journal.append(drafts);
          events.push(...stamped);
          return stamped;
        },
        secretInputs: secrets,
        registerSecret: (value) => redactor.add(value),
        kinds: stepKinds,
        ports: claim.ports,
        reads: ports.reads,
        clock: systemClock,
        outputFile: (step, attempt) => outputFile(session.folder, step, attempt),
        outputFilter: () => sealOutput(redactor),
        ...listeners,
      });
      claim.onLost = (message) => void runner.stop(message).catch(() => undefined);
      claim.onGap = (text) => void runner.ask({ intent: { type: 'add-note', text }, by: 'policy' });
      return runner;
    },
    leaveNamespace: () => claim.release(),
    close() {
      journal.close();
      lock.release();
    },
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
