import type { JsonObject } from '../ports/json.ts';
import { codeHosts } from './code-hosts.ts';
import type { ExitCode } from './exit-code.ts';
import { parseAssignments } from './inputs.ts';
import type { Io } from './io.ts';
import type { Connection } from './ports.ts';
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
  const settings = readSettings(process.cwd(), process.env);
  const request = {
    command: 'begin',
    mode: 'incident',
    runbook,
    given: givenInputs(flags.input),
    connection: connectionOf(flags, settings),
    production: Object.entries(settings.contexts).flatMap(([name, context]) =>
      context.production ? [name] : [],
    ),
  } as const;
  return runRequested(request, flags, io);
}

export function givenInputs(pairs: readonly string[]): JsonObject {
  return Object.fromEntries(parseAssignments(pairs, '-i'));
}

/** Flags first, then the environment, then rollbook.yaml. */
export function connectionOf(flags: ConnectionFlags, settings: Settings): Connection {
  const configured =
    flags.context === undefined ? undefined : settings.contexts[flags.context]?.prometheus?.url;
  const prometheusUrl =
    flags.prometheus ?? process.env.PROMETHEUS_URL ?? configured ?? settings.prometheus?.url;
  return {
    ...(flags.kubeconfig === undefined ? {} : { kubeconfig: flags.kubeconfig }),
    ...(flags.context === undefined ? {} : { context: flags.context }),
    ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }),
    ...(prometheusUrl === undefined ? {} : { prometheusUrl }),
    ...codeHosts(settings, process.env),
  };
}
