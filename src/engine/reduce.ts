import { alarmsAfter } from './alarms.ts';
import type { Event } from './event.ts';
import { indexOf, placesOf } from './lookup.ts';
import { patched } from './patched.ts';
import { base, newStep, reduceStep } from './reduce-step.ts';
import { currentPlace, currentStep, firstOpenStep, isOver, sectionFor } from './select.ts';
import type { SessionState, StepState, UndoState } from './state.ts';

/** Folds one event into the session. Reads no clock and no world: the same events give the same state. */
export function reduce(state: SessionState | undefined, event: Event): SessionState {
  if (event.type === 'session-started') return started(event);
  if (state === undefined) throw new Error(`The journal begins with ${event.type}, not with session-started`);
  const next = { ...reduceSession(state, event), seq: event.seq };
  if (!('step' in event) || event.step === undefined || ASIDE.has(event.type)) return next;
  return settle(withStep(next, event.step, event));
}

/** They name a step, and change none. */
const ASIDE: ReadonlySet<Event['type']> = new Set(['note-added', 'threshold-crossed', 'threshold-cleared']);

/** Folds a whole journal. */
export function replay(events: Iterable<Event>): SessionState | undefined {
  let state: SessionState | undefined;
  for (const event of events) state = reduce(state, event);
  return state;
}

function started(event: Extract<Event, { type: 'session-started' }>): SessionState {
  const order = event.runbook.steps.map((step) => step.id);
  return {
    seq: event.seq,
    session: event.session,
    version: event.version,
    runbook: event.runbook,
    inputs: event.inputs,
    world: event.world,
    status: 'active',
    startedAt: event.time,
    order,
    steps: Object.fromEntries(order.map((id) => [id, newStep(id, id)])),
    ...(order[0] === undefined ? {} : { current: order[0] }),
    undoQueue: [],
    written: [],
    wrote: false,
    declined: [],
    notes: [],
    alarms: [],
    titles: {},
    descriptions: {},
  };
}

function reduceSession(state: SessionState, event: Event): SessionState {
  switch (event.type) {
    case 'session-resumed':
      return resumed(state);
    case 'session-paused':
      return { ...state, status: 'paused', pausedBecause: event.reason };
    case 'session-ended': {
      const { undo: _undo, ending: _ending, ...rest } = state;
      return {
        ...rest,
        status: 'ended',
        undoQueue: [],
        endedAt: event.time,
        end: { outcome: event.outcome, summary: event.summary, refused: event.refused ?? false },
      };
    }
    case 'threshold-crossed':
    case 'threshold-cleared':
      return { ...state, alarms: alarmsAfter(state.alarms, event) };
    case 'note-added': {
      const note = { time: event.time, text: event.text, ...(event.step ? { step: event.step } : {}) };
      return { ...state, notes: [...state.notes, note] };
    }
    case 'texts-rendered':
      return {
        ...state,
        titles: patched(state.titles, event.titles),
        descriptions: patched(state.descriptions, event.descriptions),
      };
    case 'went-to':
      return goTo(state, event.section);
    case 'loop-expanded':
      return expandLoop(state, event.step, event.items);
    case 'undo-requested': {
      const ending =
        event.afterwards === 'end-failed'
          ? { outcome: 'failed' as const, summary: failureOf(state) }
          : undefined;
      return beginUndos(
        { ...state, ...(ending ? { ending } : {}) },
        event.steps,
        state.undo?.cause ?? event.cause,
      );
    }
    case 'abort-chosen': {
      const summary = event.outcome === 'failed' ? failureOf(state) : 'Aborted by the operator';
      return beginUndos({ ...state, ending: { outcome: event.outcome, summary } }, event.undo, 'abort');
    }
    case 'undo-planned':
      return withUndo(state, event.step, (undo) => ({
        step: undo.step,
        cause: undo.cause,
        phase: 'awaiting-confirmation',
        plan: event.plan,
        planHash: event.planHash,
        plans: (undo.plans ?? 0) + 1,
      }));
    case 'undo-started':
      return withUndo(state, event.step, (undo) => ({
        ...undo,
        phase: 'running',
        attemptId: event.attemptId,
      }));
    case 'undo-failed':
      return withUndo(state, event.step, (undo) => ({ ...undo, phase: 'failed', failure: event.failure }));
    case 'undo-declined':
      return declineUndo(state);
    case 'step-undone':
      return nextUndo(state);
    case 'step-retried':
      // A new attempt, a new failure: the runbook's rule applies to it again.
      return { ...state, declined: state.declined.filter((id) => id !== event.step) };
    default:
      return state;
  }
}

function withStep(state: SessionState, id: string, event: Event): SessionState {
  const step = state.steps[id];
  if (step === undefined) return state;
  const changed = reduceStep(step, event);
  if (changed === step) return state;
  const steps = patched(state.steps, { [id]: changed });
  const next = { ...state, steps, ...writtenBy(state, step, changed) };
  const branch = event.type === 'step-succeeded' ? branchOf(next, changed) : undefined;
  return branch === undefined ? next : goTo(next, branch);
}

/** The order of the writes is that of their undoing, backwards. */
function writtenBy(
  state: SessionState,
  before: StepState,
  after: StepState,
): Partial<Pick<SessionState, 'written' | 'wrote'>> {
  if ((before.written === undefined) === (after.written === undefined)) return {};
  return after.written === undefined
    ? { written: state.written.filter((id) => id !== after.id) }
    : { written: [...state.written, after.id], wrote: true };
}

/** Where the chosen option of a decision leads: the answer alone says it, even if nothing was written after it. */
function branchOf(state: SessionState, step: StepState): string | undefined {
  if (step.state !== 'succeeded' || step.plan?.question?.type !== 'decision') return undefined;
  const { value } = step.outputs;
  const goTo = step.plan.question.options.find((option) => option.value === value)?.goTo;
  return goTo === undefined ? undefined : sectionFor(state, step, goTo);
}

/** The turn passes on, always forwards, when the current step is over. An undone step keeps it: the operator says what now. */
function settle(state: SessionState): SessionState {
  const step = currentStep(state);
  if (step === undefined || !isOver(state, step)) return state;
  return withCurrent(state, firstOpenStep(state, currentPlace(state) + 1));
}

function withCurrent(state: SessionState, current: string | undefined): SessionState {
  const { current: _current, ...rest } = state;
  return current === undefined ? rest : { ...rest, current };
}

/**
 * A session that had failed asks about the step that failed. Answers that were secret were not kept:
 * they are asked again before anything else.
 */
function resumed(state: SessionState): SessionState {
  const { pausedBecause: _paused, end: _end, endedAt: _endedAt, ...rest } = state;
  const step = currentStep(state);
  const declined =
    state.status === 'ended' && step?.state === 'failed' ? [...state.declined, step.id] : state.declined;
  const active: SessionState = { ...rest, declined, status: 'active' };
  const forgotten = step === undefined ? [] : state.order.filter((id) => isForgotten(state.steps[id]));
  const first = forgotten[0];
  if (first === undefined) return active;
  const again = forgotten.flatMap((id) => {
    const prompt = state.steps[id];
    return prompt === undefined ? [] : [[id, { ...base(prompt), state: 'ready' as const }] as const];
  });
  const steps = { ...state.steps, ...Object.fromEntries(again) };
  const places = placesOf(state.order);
  const earlier = (places.get(first) ?? 0) < currentPlace(state);
  return { ...active, steps, ...(earlier ? { current: first } : {}) };
}

function isForgotten(step: StepState | undefined): boolean {
  const question = step?.state === 'succeeded' ? step.plan?.question : undefined;
  return question?.type === 'prompt' && question.secret === true;
}

function failureOf(state: SessionState): string {
  const step = state.current === undefined ? undefined : state.steps[state.current];
  return step?.state === 'failed' ? `${step.id}: ${step.failure.message}` : 'Stopped';
}

const NOT_BEGUN: ReadonlySet<StepState['state']> = new Set([
  'pending',
  'ready',
  'unavailable',
  'awaiting-confirmation',
  'awaiting-answer',
  'confirmed',
]);

/** Goes on with a section; a session never goes back, and never again to the step that failed. */
function goTo(state: SessionState, section: string): SessionState {
  const step = currentStep(state);
  const here = currentPlace(state);
  const after = step?.state === 'failed' ? here + 1 : here;
  const until = Math.max(placeOfSection(state, section), after);
  const passed = state.order.slice(0, until).flatMap((id) => {
    const left = state.steps[id];
    return left !== undefined && NOT_BEGUN.has(left.state)
      ? [
          [
            id,
            { ...base(left), state: 'skipped' as const, reason: 'not taken', why: 'passed' as const },
          ] as const,
        ]
      : [];
  });
  const steps = passed.length === 0 ? state.steps : { ...state.steps, ...Object.fromEntries(passed) };
  const next = { ...state, steps };
  return withCurrent(next, firstOpenStep(next, until));
}

/** Where a section begins in the order of execution, even when its loops were empty; behind the last step for 'end'. */
function placeOfSection(state: SessionState, id: string): number {
  const { places, sections } = indexOf(state.runbook);
  const stepIds = sections.get(id)?.stepIds ?? [];
  const first = Math.min(...stepIds.map((step) => places.get(step) ?? Number.POSITIVE_INFINITY));
  const place = state.order.findIndex((candidate) => {
    const of = state.steps[candidate]?.of ?? '';
    return (places.get(of) ?? -1) >= first;
  });
  return place === -1 ? state.order.length : place;
}

function expandLoop(
  state: SessionState,
  id: string,
  items: Extract<Event, { type: 'loop-expanded' }>['items'],
): SessionState {
  const instances = items.map((each, index) => ({ ...newStep(`${id}[${index}]`, id), each, index }));
  const ids = instances.map((step) => step.id);
  const order = state.order.flatMap((existing) => (existing === id ? ids : [existing]));
  const steps = { ...state.steps, ...Object.fromEntries(instances.map((step) => [step.id, step])) };
  delete steps[id];
  const expanded = { ...state, order, steps };
  if (state.current !== id) return expanded;
  return withCurrent(expanded, ids[0] ?? firstOpenStep(expanded, currentPlace(state)));
}

function beginUndos(state: SessionState, ids: readonly string[], cause: UndoState['cause']): SessionState {
  const [step, ...undoQueue] = ids;
  const { undo: _undo, ...rest } = state;
  return step === undefined
    ? { ...rest, undoQueue: [] }
    : { ...rest, undo: { step, phase: 'planning', cause }, undoQueue };
}

function withUndo(state: SessionState, step: string, change: (undo: UndoState) => UndoState): SessionState {
  return state.undo?.step === step ? { ...state, undo: change(state.undo) } : state;
}

function nextUndo(state: SessionState): SessionState {
  if (state.undo === undefined) return state;
  const { step, cause } = state.undo;
  const next = beginUndos(state, state.undoQueue, cause);
  // What the operator undid by hand comes next: again, or go on without it.
  return cause === 'operator' ? { ...planAnew(next), current: step } : next;
}

/** What was planned before something was undone is planned and asked again when its turn comes. */
function planAnew(state: SessionState): SessionState {
  const step = currentStep(state);
  if (step === undefined || !NOT_BEGUN.has(step.state)) return state;
  return { ...state, steps: { ...state.steps, [step.id]: { ...base(step), state: 'ready' } } };
}

function declineUndo(state: SessionState): SessionState {
  if (state.undo === undefined) return state;
  if (state.undo.cause === 'abort') return beginUndos(state, state.undoQueue, 'abort');
  const { undo: _undo, ending: _ending, ...rest } = state;
  const declined =
    state.undo.cause === 'on-failure' && state.current !== undefined
      ? [...state.declined, state.current]
      : state.declined;
  return { ...rest, undoQueue: [], declined };
}
