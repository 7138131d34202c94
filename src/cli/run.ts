import path from 'node:path';
import type { JsonObject } from '../ports/json.ts';
import { codeHosts } from './code-hosts.ts';
import type { ExitCode } from './exit-code.ts';
import { parseAssignments } from './inputs.ts';
import type { Io } from './io.ts';
import { messagePlaces } from './messaging.ts';
import { monitoringFrom } from './monitoring.ts';
import type { Connection } from './ports.ts';
import { repositoryFolder } from './repository.ts';
import { type AnswerFlags, runRequested } from './run-requested.ts';
import { readSettings, type Settings } from './settings.ts';

export interface ConnectionFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly prometheus?: string;
}

export interface RunFlags extends ConnectionFlags, AnswerFlags {
  readonly input: readonly string[];
}

/** rollbook run RUNBOOK */
export async function run(runbook: string, flags: RunFlags, io: Io): Promise<ExitCode> {
  const settings = await readSettings(process.cwd(), process.env);
  const request = {
    command: 'begin',
    mode: 'incident',
    runbook,
    given: givenInputs(flags.input),
    connection: connectionOf(flags, process.env, settings),
    settings,
  } as const;
  return runRequested(request, flags, io);
}

export function givenInputs(pairs: readonly string[]): JsonObject {
  return Object.fromEntries(parseAssignments(pairs, '-i'));
}

/** As the flags and the environment say; a context's own settings come in once the context is known. */
export function connectionOf(flags: ConnectionFlags, env: NodeJS.ProcessEnv, settings: Settings): Connection {
  const kubeconfigs = env.KUBECONFIG?.split(path.delimiter)
    .filter((file) => file !== '')
    .map((file) => path.resolve(file))
    .join(path.delimiter);
  return {
    // Absolute: the session may be taken up from another folder.
    ...(flags.kubeconfig === undefined ? {} : { kubeconfig: path.resolve(flags.kubeconfig) }),
    ...(kubeconfigs ? { kubeconfigs } : {}),
    ...(flags.context === undefined ? {} : { context: flags.context }),
    ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }),
    ...monitoringFrom(env),
    ...(flags.prometheus ? { prometheusUrl: flags.prometheus } : {}),
    ...codeHosts(settings, env),
    ...messagePlaces(settings, env),
    repository: repositoryFolder(settings, env, process.cwd()),
  };
}
