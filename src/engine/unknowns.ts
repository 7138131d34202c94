import type { Json } from '../ports/json.ts';
import { createCompiler } from '../runbook/compile.ts';

import type { Scope, Step } from '../runbook/runbook.ts';
import { bareExpression, splitTemplate } from '../runbook/template.ts';
import type { SessionState, StepState } from './state.ts';

/** The first step that this one's condition, loop or parameters name and that has not run yet; undefined when all is known. */
export function untilKnown(state: SessionState, step: StepState, spec: Step): string | undefined {
  const asked = new Set<string>();
  const look = (scopeId: string, expressions: readonly string[]): string | undefined => {
    for (const text of expressions) {
      const found = inExpression(state, scopeId, text, asked, look);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  for (const condition of spec.conditions) {
    const found = look(condition.scope, [bareExpression(condition.expression)]);
    if (found !== undefined) return found;
  }
  const loop = spec.forEach === undefined || step.index !== undefined ? [] : [bareExpression(spec.forEach)];
  return look(spec.scope, [...loop, ...expressionsIn(spec.with)]);
}

type Look = (scopeId: string, expressions: readonly string[]) => string | undefined;

function inExpression(
  state: SessionState,
  scopeId: string,
  text: string,
  asked: Set<string>,
  look: Look,
): string | undefined {
  const scope = state.runbook.scopes[scopeId];
  if (scope === undefined) return undefined;
  for (const { root, path } of createCompiler().compile(text).references) {
    const name = path[0];
    if (name === undefined) continue;
    const key = `${scopeId} ${root} ${name}`;
    if (root === 'steps') {
      const open = openStep(state, scope, name);
      if (open !== undefined) return open;
    } else if (!asked.has(key)) {
      asked.add(key);
      const found = root === 'vars' ? look(scopeId, expressionsIn(scope.vars[name])) : undefined;
      const given =
        root === 'inputs' && scope.parent !== undefined ? scope.inputTemplates?.[name] : undefined;
      const outer =
        given === undefined || scope.parent === undefined
          ? undefined
          : look(scope.parent, expressionsIn(given));
      if (found !== undefined || outer !== undefined) return found ?? outer;
    }
  }
  return undefined;
}

/** A step that has neither succeeded nor been left out, by the short id that its scope uses. */
function openStep(state: SessionState, scope: Scope, shortId: string): string | undefined {
  const id = scope.id === '' ? shortId : `${scope.id}/${shortId}`;
  const inside = state.order.filter((candidate) => {
    const of = state.steps[candidate]?.of;
    return of === id || of?.startsWith(`${id}/`);
  });
  return inside.find((candidate) => {
    const word = state.steps[candidate]?.state;
    return word !== 'succeeded' && word !== 'skipped';
  });
}

function expressionsIn(template: Json | undefined): readonly string[] {
  if (typeof template === 'string') {
    const split = splitTemplate(template);
    return split.ok ? split.parts.flatMap((part) => (part.type === 'expression' ? [part.text] : [])) : [];
  }
  if (typeof template !== 'object' || template === null) return [];
  return Object.values(template).flatMap(expressionsIn);
}
