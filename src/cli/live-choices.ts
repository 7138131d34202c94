import { readOnlyPorts } from '../engine/read-only-ports.ts';
import type { Json, JsonObject } from '../ports/json.ts';
import type { ReadPorts } from '../ports/ports.ts';
import { createScope, evaluateExpression, renderTemplate } from '../runbook/expressions.ts';
import type { ChoicesFrom, InputSpec, Runbook } from '../runbook/runbook.ts';
import { stepKinds } from '../steps/index.ts';
import { CommandFailure, EXIT } from './exit-code.ts';

const PATIENCE_MS = 30_000;
const SHOWN = 20;

/**
 * Asks the world for the choices of the inputs that have a live source, and refuses a value that is not among them.
 * `given` are the inputs that are known so far; the templates of a source may name them.
 */
export async function checkLiveChoices(
  runbook: Runbook,
  given: ReadonlyMap<string, Json>,
  reads: ReadPorts,
): Promise<void> {
  const known = Object.fromEntries(
    runbook.inputs.flatMap((spec) => {
      const value = given.get(spec.name) ?? spec.default;
      return value === undefined ? [] : [[spec.name, value]];
    }),
  );
  const problems: string[] = [];
  for (const spec of runbook.inputs) {
    if (spec.choicesFrom === undefined) continue;
    const choices = await liveChoices(spec.choicesFrom, known, runbook, reads);
    const problem = problemOf(spec, known[spec.name], choices);
    if (problem !== undefined) problems.push(problem);
  }
  if (problems.length > 0) throw new CommandFailure(problems.join('\n'), EXIT.usage);
}

function problemOf(spec: InputSpec, value: Json | undefined, choices: readonly string[]): string | undefined {
  const shown =
    choices.slice(0, SHOWN).join(', ') +
    (choices.length > SHOWN ? ` and ${choices.length - SHOWN} more` : '');
  const list = choices.length === 0 ? 'there is none at the moment' : `there are ${shown}`;
  if (value === undefined)
    return spec.required ? `Input ${spec.name} is needed, -i ${spec.name}=…: ${list}.` : undefined;
  return choices.includes(String(value))
    ? undefined
    : `Input ${spec.name}: ${String(value)} is not to be had; ${list}.`;
}

async function liveChoices(
  from: ChoicesFrom,
  inputs: JsonObject,
  runbook: Runbook,
  reads: ReadPorts,
): Promise<readonly string[]> {
  const kind = stepKinds.find((candidate) => candidate.kind === from.uses);
  if (kind === undefined || (kind.run === undefined && kind.observe === undefined))
    throw new Error(`${from.uses} reads nothing that could be chosen from`);
  const scope = createScope({ inputs, vars: runbook.scopes['']?.vars ?? {} });
  const namespace = runbook.kubernetes?.namespace;
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const context = {
    ports: reads,
    signal,
    namespace: namespace === undefined ? undefined : String(renderTemplate(namespace, scope)),
  };
  const plan = await kind.plan(kind.schema.parse(renderTemplate(from.with, scope)), context);
  const outcome = kind.run
    ? await kind.run(plan, {
        ...context,
        ports: readOnlyPorts(reads),
        emit: () => undefined,
        outputFile: undefined,
        attemptId: 'choices',
      })
    : await kind.observe?.(plan, context);
  const value = evaluateExpression(from.value, createScope({ inputs, result: outcome?.outputs ?? {} }));
  if (!Array.isArray(value))
    throw new CommandFailure(`The choices of an input are not a list: ${from.value}`, EXIT.usage);
  return value.map(String);
}
