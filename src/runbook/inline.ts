import type { JsonObject } from '../ports/json.ts';
import type { OnFailure, Runbook, Scope, Section, Step } from './runbook.ts';

/** A section while it is put together; its id may turn out to name no step. */
interface Piece {
  readonly section: Omit<Section, 'stepIds'>;
  readonly stepIds: string[];
}

/**
 * Puts the steps of called runbooks in the place of the calls: ids are prefixed with the call's, conditions of the
 * call apply to each of them, and each keeps the scope of its own runbook. `called` holds a flattened runbook for
 * the id of every call.
 */
export function inlineCalls(runbook: Runbook, called: ReadonlyMap<string, Runbook>): Runbook {
  if (called.size === 0) return runbook;
  const calls = new Map(runbook.steps.filter((step) => called.has(step.id)).map((step) => [step.id, step]));
  const own = new Map(runbook.steps.map((step) => [step.id, step]));
  const taken = new Set(runbook.sections.map((section) => section.id));
  const pieces: Piece[] = [];
  const steps: Step[] = [];
  /** By call: where its caller goes on. */
  const ends = new Map<string, string>();
  for (const { stepIds, ...section } of runbook.sections) {
    let piece = addPiece(pieces, section);
    for (const id of stepIds) {
      const call = calls.get(id);
      const callee = called.get(id);
      if (call === undefined || callee === undefined) {
        const step = own.get(id);
        if (step === undefined) continue;
        piece.stepIds.push(id);
        steps.push({ ...step, section: piece.section.id });
      } else if (callee.sections.length === 1 && !callee.steps.some(({ uses }) => uses === 'decision')) {
        for (const step of callee.steps) {
          piece.stepIds.push(prefixed(id, step.id));
          steps.push({ ...inlineStep(step, call), section: piece.section.id });
        }
      } else {
        for (const inner of callee.sections) {
          const { stepIds: innerIds, ...rest } = inner;
          const scope = prefixed(id, inner.scope ?? '');
          addPiece(pieces, { ...rest, id: prefixed(id, inner.id), scope }).stepIds.push(
            ...innerIds.map((innerId) => prefixed(id, innerId)),
          );
        }
        for (const step of callee.steps) steps.push(inlineStep(step, call));
        piece = addPiece(pieces, {
          ...section,
          id: freeId(section.id, taken),
          title: `${section.title} (continued)`,
        });
        ends.set(id, piece.section.id);
      }
    }
  }
  const targets = targetsOf(pieces);
  return {
    ...runbook,
    sections: pieces
      .filter((piece) => piece.stepIds.length > 0)
      .map(({ section, stepIds }) => ({ ...section, stepIds })),
    steps: steps.map((step) => redirect(step, targets, called)),
    scopes: scopesOf(runbook, called, calls, targets, (call) => targets.get(ends.get(call) ?? '') ?? END),
  };
}

/** Of a called runbook, it is where its caller goes on; of the outermost, the session's. */
const END = 'end';

const prefixed = (call: string, id: string) => (id === '' ? call : `${call}/${id}`);

function addPiece(pieces: Piece[], section: Piece['section']): Piece {
  const piece = { section, stepIds: [] };
  pieces.push(piece);
  return piece;
}

function freeId(id: string, taken: Set<string>): string {
  let count = 2;
  while (taken.has(`${id}-${count}`)) count++;
  taken.add(`${id}-${count}`);
  return `${id}-${count}`;
}

/** A section that begins with a call has no step of its own: who goes there goes to the first called section. */
function targetsOf(pieces: readonly Piece[]): ReadonlyMap<string, string> {
  const targets = new Map<string, string>();
  let next: string | undefined;
  for (const { section, stepIds } of pieces.toReversed()) {
    if (stepIds.length > 0) next = section.id;
    if (next !== undefined) targets.set(section.id, next);
  }
  return targets;
}

function inlineStep(step: Step, call: Step): Step {
  const scope = (inner: string) => prefixed(call.id, inner);
  return {
    ...step,
    id: prefixed(call.id, step.id),
    section: prefixed(call.id, step.section),
    conditions: [
      ...call.conditions,
      ...step.conditions.map(({ scope: inner, expression }) => ({ scope: scope(inner), expression })),
    ],
    scope: scope(step.scope),
    onFailure: inlineOnFailure(step.onFailure, call.id),
  };
}

function inlineOnFailure(onFailure: OnFailure, call: string): OnFailure {
  switch (onFailure.action) {
    case 'undo':
      return { action: 'undo', steps: onFailure.steps.map((id) => prefixed(call, id)) };
    case 'go-to':
      return { action: 'go-to', section: prefixed(call, onFailure.section) };
    default:
      return onFailure;
  }
}

/** Undoing a call is undoing all of its steps, the last one first. */
function redirect(
  step: Step,
  targets: ReadonlyMap<string, string>,
  called: ReadonlyMap<string, Runbook>,
): Step {
  const { onFailure } = step;
  const undo = (id: string) =>
    called
      .get(id)
      ?.steps.map((inner) => prefixed(id, inner.id))
      .toReversed() ?? [id];
  return {
    ...step,
    onFailure:
      onFailure.action === 'undo'
        ? { action: 'undo', steps: onFailure.steps.flatMap(undo) }
        : onFailure.action === 'go-to'
          ? { action: 'go-to', section: targets.get(onFailure.section) ?? onFailure.section }
          : onFailure,
  };
}

function scopesOf(
  runbook: Runbook,
  called: ReadonlyMap<string, Runbook>,
  calls: ReadonlyMap<string, Step>,
  targets: ReadonlyMap<string, string>,
  endOf: (call: string) => string,
): Readonly<Record<string, Scope>> {
  const scopes: Record<string, Scope> = {};
  for (const scope of Object.values(runbook.scopes))
    scopes[scope.id] = { ...scope, sections: beginnings(runbook, scope, (id) => targets.get(id) ?? id) };
  for (const [id, callee] of called) {
    const given = (calls.get(id)?.with as JsonObject | undefined)?.inputs;
    for (const scope of Object.values(callee.scopes)) {
      const inner = prefixed(id, scope.id);
      const inside = beginnings(callee, scope, (section) => prefixed(id, section));
      const sections = {
        ...inside,
        [END]: inside[END] === undefined || inside[END] === END ? endOf(id) : inside[END],
      };
      scopes[inner] =
        scope.id === ''
          ? { ...scope, id: inner, parent: '', inputTemplates: (given ?? {}) as JsonObject, sections }
          : { ...scope, id: inner, parent: prefixed(id, scope.parent ?? ''), sections };
    }
  }
  return scopes;
}

/** Where each section of a scope begins now, by the id that it has in its own file. */
function beginnings(
  runbook: Runbook,
  scope: Scope,
  moved: (id: string) => string,
): Readonly<Record<string, string>> {
  const before = scope.sections ?? Object.fromEntries(runbook.sections.map(({ id }) => [id, id]));
  return Object.fromEntries(Object.entries(before).map(([id, at]) => [id, at === END ? END : moved(at)]));
}
