import type { Json } from '../ports/json.ts';
import { REDACTED, SHORTEST_SECRET } from '../prose/redacted.ts';
import type { Plan, Question } from '../steps/step-kind.ts';
import type { Answerer, Draft } from './event.ts';
import type { Asked, Intent } from './intent.ts';
import {
  allowedIntents,
  busyWith,
  currentQuestion,
  currentStep,
  isUndoable,
  lastUndoable,
  sectionFor,
  undoableSteps,
} from './select.ts';
import type { SessionState, StepState } from './state.ts';

export type Decision =
  | {
      readonly ok: true;
      readonly drafts: readonly Draft[] /** The step whose signal is to be aborted. */;
      readonly cancel?: string;
    }
  | { readonly ok: false; readonly message: string };

const refuse = (message: string): Decision => ({ ok: false, message });
const accept = (...drafts: readonly Draft[]): Decision => ({ ok: true, drafts });

/** Whether what is asked for can be, and which events it makes. Pure; `now` is milliseconds since the epoch. */
export function decide(state: SessionState, { intent, by }: Asked, now: number): Decision {
  if (!allowedIntents(state).has(intent.type)) return refuse(whyNotNow(state, intent));
  switch (intent.type) {
    case 'add-note': {
      const text = intent.text.trim();
      if (text === '') return refuse('The note is empty; nothing was added.');
      if (intent.step !== undefined && state.steps[intent.step] === undefined)
        return refuse(`There is no step ${intent.step} to add a note to.`);
      return accept({
        type: 'note-added',
        text,
        ...(intent.step === undefined ? {} : { step: intent.step }),
      });
    }
    case 'pause-session':
      return accept({ type: 'session-paused', reason: intent.reason });
    case 'abort-session': {
      const failed = currentStep(state)?.state === 'failed' && by !== 'operator';
      const undo = intent.undo ? undoableSteps(state) : [];
      return accept({ type: 'abort-chosen', undo, outcome: failed ? 'failed' : 'aborted', by });
    }
    case 'undo-step':
      return undoStep(state, intent.step, by);
    case 'confirm-undo':
      return confirmUndo(state, intent, by);
    case 'decline-undo':
      return isUndoOf(state, intent.step)
        ? accept({ type: 'undo-declined', step: intent.step, by })
        : notItsTurn(intent.step);
    case 'cancel-step':
      return busyWith(state) === intent.step
        ? { ok: true, drafts: [], cancel: intent.step }
        : refuse(`${intent.step} is not under way: there is nothing to cancel.`);
    default:
      return decideStep(state, intent, by, now);
  }
}

type StepIntent = Extract<
  Intent,
  {
    type: 'confirm-step' | 'answer-step' | 'skip-step' | 'retry-step' | 'replan-step' | 'accept-step';
  }
>;

function decideStep(state: SessionState, intent: StepIntent, by: Answerer, now: number): Decision {
  const step = currentStep(state);
  if (step === undefined || step.id !== intent.step) return notItsTurn(intent.step);
  switch (intent.type) {
    case 'confirm-step': {
      if (step.state !== 'awaiting-confirmation') return notItsTurn(intent.step);
      const refusal = whyNotConfirmed(step.plan, step.planHash, intent, by);
      if (refusal !== undefined) return refuse(refusal);
      return accept({ type: 'step-confirmed', step: step.id, by, planHash: step.planHash });
    }
    case 'answer-step':
      return step.state === 'awaiting-answer'
        ? answer(state, step, intent.value, by, now)
        : notItsTurn(intent.step);
    case 'skip-step': {
      const reason = intent.reason.trim();
      if (reason === '') return refuse(`Say why ${step.id} is skipped: the reason goes into the journal.`);
      return accept({ type: 'step-skipped', step: step.id, reason, by });
    }
    case 'retry-step':
      return accept({ type: 'step-retried', step: step.id, by });
    case 'replan-step':
      return accept({ type: 'step-stale', step: step.id, message: 'Looked at again, as asked' });
    case 'accept-step':
      return accept({ type: 'step-accepted', step: step.id, by });
  }
}

function whyNotConfirmed(
  plan: Plan,
  planHash: string,
  intent: { readonly planHash: string; readonly typed?: string },
  by: Answerer,
): string | undefined {
  if (intent.planHash !== planHash) return 'The plan has changed since it was shown. Look at it again.';
  if (plan.risk !== 'dangerous' || by === '--confirm' || by === '--auto') return undefined;
  if (by !== 'operator')
    return `This step is dangerous: ${by} does not confirm it, --confirm with its id does.`;
  const word = plan.confirmWord ?? '';
  return intent.typed === word ? undefined : `Type ${word} to confirm; what was typed is different.`;
}

function answer(
  state: SessionState,
  step: Extract<StepState, { state: 'awaiting-answer' }>,
  value: Json,
  by: Answerer,
  now: number,
): Decision {
  const { question } = step.plan;
  if (question === undefined) return notItsTurn(step.id);
  const problem = whyNotAnAnswer(question, value);
  if (problem !== undefined) return refuse(problem);
  const durationMs = step.startedAt === undefined ? 0 : Math.max(0, now - Date.parse(step.startedAt));
  const option =
    question.type === 'decision'
      ? question.options.find((candidate) => candidate.value === value)
      : undefined;
  const secret = question.type === 'prompt' && question.secret === true;
  const summary = option?.label ?? (question.type === 'prompt' && !secret ? String(value) : 'done');
  // The runner keeps a secret in memory; however short it is, no event holds it.
  const kept = secret ? REDACTED : value;
  const drafts: Draft[] = [
    { type: 'step-answered', step: step.id, value: kept, by },
    { type: 'step-succeeded', step: step.id, summary, evidence: [], outputs: { value: kept }, durationMs },
  ];
  if (option?.goTo !== undefined) {
    const section = sectionFor(state, step, option.goTo);
    if (section === undefined)
      return refuse(
        `The answer ${option.value} leads to the section ${option.goTo}, which the runbook lacks. Choose another.`,
      );
    drafts.push({ type: 'went-to', section, by });
  }
  return { ok: true, drafts };
}

function whyNotAnAnswer(question: Question, value: Json): string | undefined {
  switch (question.type) {
    case 'task':
      return undefined;
    case 'decision':
      return question.options.some((option) => option.value === value)
        ? undefined
        : `Choose one of ${question.options.map((option) => option.value).join(', ')}.`;
    case 'prompt': {
      if (typeof value !== 'string' || value === '') return 'An answer is needed.';
      if (question.secret && value.length < SHORTEST_SECRET)
        return `A secret needs at least ${SHORTEST_SECRET} characters: a shorter one could not be kept out of the journal.`;
      const fits = question.pattern === undefined || new RegExp(`^(?:${question.pattern})$`, 'u').test(value);
      return fits ? undefined : `The answer must look like ${question.pattern}.`;
    }
  }
}

function undoStep(state: SessionState, id: string, by: Answerer): Decision {
  // A failed undo is planned anew; the queue behind it stays.
  if (state.undo?.phase === 'failed') {
    return state.undo.step === id
      ? accept({
          type: 'undo-requested',
          steps: [id, ...state.undoQueue],
          cause: 'operator',
          by,
          afterwards: 'ask',
        })
      : notItsTurn(id);
  }
  const step = state.steps[id];
  if (step === undefined || !isUndoable(step)) return refuse(`${id} wrote nothing that can be undone.`);
  const last = lastUndoable(state);
  if (last !== id) return refuse(`Undo goes backwards: ${last} comes before ${id}.`);
  return accept({ type: 'undo-requested', steps: [id], cause: 'operator', by, afterwards: 'ask' });
}

function confirmUndo(
  state: SessionState,
  intent: Extract<Intent, { type: 'confirm-undo' }>,
  by: Answerer,
): Decision {
  const undo = state.undo;
  if (
    undo === undefined ||
    undo.step !== intent.step ||
    undo.phase !== 'awaiting-confirmation' ||
    undo.plan === undefined ||
    undo.planHash === undefined
  )
    return notItsTurn(intent.step);
  const refusal = whyNotConfirmed(undo.plan, undo.planHash, intent, by);
  return refusal === undefined
    ? accept({ type: 'undo-started', step: undo.step, by, attemptId: `${state.session}-undo-${state.seq}` })
    : refuse(refusal);
}

function isUndoOf(state: SessionState, step: string): boolean {
  return state.undo?.step === step;
}

function notItsTurn(step: string): Decision {
  return refuse(`${step} is not waiting for that now.`);
}

function whyNotNow(state: SessionState, intent: Intent): string {
  if (state.status === 'ended') return 'The session has ended.';
  if (state.status === 'paused') return 'The session is paused. Resume it first.';
  if (intent.type === 'cancel-step') return 'Nothing is under way: there is nothing to cancel.';
  const step = currentStep(state);
  if (step?.state === 'running' || step?.state === 'verifying')
    return `${step.id} is under way. Wait for it, or cancel it first.`;
  const question = currentQuestion(state);
  const what = intent.type.replace('-', ' ');
  if (state.undo !== undefined && question === undefined)
    return `${state.undo.step} is being undone. Wait for it, or cancel it first.`;
  return question === undefined
    ? `Cannot ${what} at this moment.`
    : `Cannot ${what} now: ${question.step.id} waits for its answer first.`;
}
