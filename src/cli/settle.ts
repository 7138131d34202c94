import type { World } from '../engine/event.ts';
import type { JsonObject } from '../ports/json.ts';
import type { KubernetesContext } from '../ports/kubernetes.ts';
import { createScope, ExpressionFailure, renderTemplate } from '../runbook/expressions.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { withMonitoring } from './monitoring.ts';
import { type Connection, readPorts } from './ports.ts';
import type { Settings } from './settings.ts';

export interface Settled {
  readonly connection: Connection;
  /** Absent for a runbook that needs no cluster. */
  readonly context?: KubernetesContext;
}

/**
 * Which cluster it is, by its context's name, with that context's own settings where no flag said otherwise.
 * A session stays there, whatever becomes the current context while it lasts.
 */
export async function settle(asked: {
  readonly runbook: Runbook;
  readonly connection: Connection;
  readonly settings: Settings;
}): Promise<Settled> {
  const { runbook, connection, settings } = asked;
  const usesKubernetes = runbook.steps.some((step) => step.uses.startsWith('kubernetes/'));
  if (!usesKubernetes) return { connection: withMonitoring(connection, settings) };
  const { context } = await readPorts(connection).kubernetes();
  const { name } = context;
  return { connection: { ...withMonitoring(connection, settings, name), context: name }, context };
}

export interface AskedWorld {
  readonly mode: World['mode'];
  readonly scenario?: string;
  readonly settings: Settings;
  readonly runbook: Runbook;
}

/** Where the session works, as its screen and its journal name it. */
export function worldOf(
  { mode, scenario, settings, runbook }: AskedWorld,
  inputs: JsonObject,
  { connection, context }: Settled,
): World {
  const production = context !== undefined && settings.contexts[context.name]?.production === true;
  const namespace = connection.namespace ?? namespaceOf(runbook, inputs, context);
  return {
    mode,
    ...(context === undefined ? {} : { context: context.name, user: context.user }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(production ? { production } : {}),
    ...(scenario === undefined ? {} : { scenario }),
  };
}

/** The runbook's own, else the context's; undefined where it is made of a secret. */
function namespaceOf(runbook: Runbook, inputs: JsonObject, context: KubernetesContext | undefined) {
  const template = runbook.kubernetes?.namespace;
  if (template === undefined) return context?.namespace;
  try {
    const named = renderTemplate(template, createScope({ inputs, vars: runbook.scopes['']?.vars ?? {} }));
    return typeof named === 'string' && named !== '' ? named : undefined;
  } catch (error) {
    if (error instanceof ExpressionFailure) return undefined;
    throw error;
  }
}
