import type { KeptMode, SessionFolder } from '../journal/sessions.ts';
import type { Json, JsonObject } from '../ports/json.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { type DrillWorld, startDrillWorld } from './drill-world.ts';
import { checkInputs } from './inputs.ts';
import { hashOfRunbook, loadRunbook, loadScenario } from './load.ts';
import { beginSession, type OpenedSession, resumeSession } from './open-session.ts';
import type { Connection } from './ports.ts';
import type { Settings } from './settings.ts';

/** What a session is begun or resumed with; plain JSON, since a host gets it on its standard input. */
export type SessionRequest =
  | {
      readonly command: 'begin';
      readonly mode: KeptMode;
      /** Id or path. */
      readonly runbook: string;
      readonly given: JsonObject;
      readonly connection: Connection;
      readonly settings: Settings;
      /** For drills: the scenario's id. */
      readonly scenario?: string;
    }
  | { readonly command: 'resume'; readonly session: SessionFolder; readonly given: JsonObject };

export interface RequestedSession {
  readonly opened: OpenedSession;
  /** The sandbox begun for it; to be stopped when the session is over. */
  readonly world?: DrillWorld;
}

/** Begins or resumes what was asked for; `check` sees a new one's runbook first. Throws CommandFailure with sentences. */
export async function openRequested(
  request: SessionRequest,
  check: (runbook: Runbook) => void = () => undefined,
): Promise<RequestedSession> {
  const given = new Map<string, Json>(Object.entries(request.given));
  if (request.command === 'resume')
    return { opened: await resumeSession(request.session, given, hashOfRunbook) };
  const runbook = await loadRunbook(request.runbook);
  check(runbook);
  checkInputs(runbook, given);
  const base = { runbook, mode: request.mode, settings: request.settings };
  if (request.mode === 'incident')
    return { opened: await beginSession({ ...base, given, connection: request.connection }) };
  const scenario = await loadScenario(runbook, request.scenario);
  const world = await startDrillWorld(scenario.world);
  try {
    const inputs = new Map<string, Json>([...Object.entries(scenario.inputs), ...given]);
    const { connection, audit } = world;
    const opened = await beginSession({ ...base, given: inputs, connection, scenario: scenario.id, audit });
    return { opened, world };
  } catch (error) {
    await world.stop();
    throw error;
  }
}
