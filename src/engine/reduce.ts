import type { Event } from './event.ts';
import { newStep, reduceStep } from './reduce-step.ts';
import { firstOpenStep, isOver } from './select.ts';
import type { SessionState, StepState, UndoState } from './state.ts';

/** Folds one event into the session. Reads no clock and no world: the same events give the same state. */
export function reduce(state: SessionState | undefined, event: Event): SessionState {
  if (event.type === 'session-started') return started(event);
  if (state === undefined) throw new Error(`The journal begins with ${event.type}, not with session-started`);
  const next = { ...reduceSession(state, event), seq: event.seq };
  return 'step' in event && event.step !== undefined ? settle(withStep(next, event)) : next;
}

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
    declined: [],
    notes: [],
    titles: {},
    descriptions: {},
  };
}

function reduceSession(state: SessionState, event: Event): SessionState {
  switch (event.type) {
    case 'session-resumed': {
      const { pausedBecause: _paused, end: _end, endedAt: _endedAt, ...rest } = state;
      return { ...rest, status: 'active' };
    }
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
    case 'note-added': {
      const note = { time: event.time, text: event.text, ...(event.step ? { step: event.step } : {}) };
      return { ...state, notes: [...state.notes, note] };
    }
    case 'texts-rendered':
      return {
        ...state,
        titles: { ...state.titles, ...event.titles },
        descriptions: { ...state.descriptions, ...event.descriptions },
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
      }));
    case 'undo-started':
      return withUndo(state, event.step, (undo) => ({ ...undo, phase: 'running' }));
    case 'undo-failed':
      return withUndo(state, event.step, (undo) => ({ ...undo, phase: 'failed', failure: event.failure }));
    case 'undo-declined':
      return declineUndo(state);
    case 'step-undone':
      return nextUndo(state);
    default:
      return state;
  }
}

function withStep(state: SessionState, event: Extract<Event, { step: string }> | Event): SessionState {
  if (!('step' in event) || event.step === undefined || event.type === 'note-added') return state;
  const step = state.steps[event.step];
  if (step === undefined) return state;
  const changed = reduceStep(step, event);
  return changed === step ? state : { ...state, steps: { ...state.steps, [event.step]: changed } };
}

/** The turn passes on when the current step is over. An undone step keeps it: the operator says what now. */
function settle(state: SessionState): SessionState {
  const current = state.current === undefined ? undefined : state.steps[state.current];
  if (current !== undefined && !isOver(state, current)) return state;
  const open = firstOpenStep(state);
  if (open === state.current) return state;
  const { current: _current, ...rest } = state;
  return open === undefined ? rest : { ...rest, current: open };
}

function failureOf(state: SessionState): string {
  const step = state.current === undefined ? undefined : state.steps[state.current];
  return step?.state === 'failed' ? `${step.id}: ${step.failure.message}` : 'Stopped';
}

function goTo(state: SessionState, section: string): SessionState {
  const target = state.runbook.sections.find((candidate) => candidate.id === section);
  const inTarget = (step: StepState) => target?.stepIds.includes(step.of) ?? false;
  const first = state.order.findIndex((id) => {
    const step = state.steps[id];
    return step !== undefined && inTarget(step);
  });
  const until = first === -1 ? state.order.length : first;
  const steps = { ...state.steps };
  for (const id of state.order.slice(0, until)) {
    const step = steps[id];
    if (step?.state === 'pending' || step?.state === 'ready') {
      steps[id] = { ...newStep(step.id, step.of), state: 'skipped', reason: 'not taken' };
    }
  }
  const { current: _current, ...rest } = state;
  const current = firstOpenStep({ ...rest, steps, order: state.order.slice(until) });
  return { ...rest, steps, ...(current === undefined ? {} : { current }) };
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
  const { current: _current, ...rest } = state;
  const expanded = { ...rest, order, steps };
  const current = ids[0] ?? firstOpenStep(expanded);
  return current === undefined ? expanded : { ...expanded, current };
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
  return cause === 'operator' ? { ...next, current: step } : next;
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
