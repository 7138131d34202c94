import type { Answerer } from '../engine/event.ts';
import type { Asked, Intent } from '../engine/intent.ts';
import { currentQuestion, stepOf, type Waiting } from '../engine/select.ts';
import type { SessionState } from '../engine/state.ts';
import type { Json } from '../ports/json.ts';

/** What a session without a person at it may answer. */
export interface Consent {
  /** --yes: ordinary confirmations. */
  readonly yes: boolean;
  /** --confirm STEP_ID: these dangerous steps, by id (a loop's step id covers its instances). */
  readonly confirm: ReadonlySet<string>;
  /** --answer STEP_ID=VALUE: prompts, decisions; 'done' for tasks; 'retry' for a step that was done in part. */
  readonly answers: ReadonlyMap<string, string>;
  /** A drill's competent operator: answers everything; only ever in the sandbox. */
  readonly auto: boolean;
}

/** A plan that went stale this often is not confirmed again without a person. */
const STALE_LIMIT = 5;

/**
 * The answer to the open question, in place of a person; undefined when there is none to give:
 * the session then pauses and can be resumed.
 */
export function answerUnattended(state: SessionState, consent: Consent): Asked | undefined {
  const question = state.status === 'active' ? currentQuestion(state) : undefined;
  if (question === undefined) return undefined;
  // What changes nothing needs no consent: without a person it is how every session goes on.
  const by: Answerer = consent.auto ? '--auto' : consent.yes ? '--yes' : 'policy';
  const answered = (intent: Intent, who: Answerer = by): Asked => ({ intent, by: who });
  const { step } = question;
  switch (question.for) {
    case 'confirmation':
      return confirmation(question, consent);
    case 'answer':
      return answer(question, consent);
    case 'unavailable':
      return answered({
        type: 'skip-step',
        step: step.id,
        reason: step.state === 'unavailable' ? step.reason : 'not available here',
      });
    case 'failed':
    case 'undone':
      return answered({ type: 'abort-session', undo: false });
    case 'interrupted':
      if (step.state !== 'interrupted') return undefined;
      if (step.landed === 'yes') return answered({ type: 'accept-step', step: step.id });
      if (step.landed === 'no') return answered({ type: 'retry-step', step: step.id });
      // What may have been said already is not said again, and nothing else waits for it.
      if (stepOf(state, step).notifies)
        return answered({ type: 'skip-step', step: step.id, reason: step.evidence });
      // Somebody has said beforehand what to do after a part: a retry plans again, and does what is left.
      if (
        step.landed === 'partly' &&
        consent.answers.get(step.id) === 'retry' &&
        step.attempts <= STALE_LIMIT
      )
        return answered({ type: 'retry-step', step: step.id }, '--answer');
      return undefined;
    case 'undo-confirmation': {
      const undo = state.undo;
      if (undo?.plan === undefined || undo.planHash === undefined) return undefined;
      const who = whoConfirms(undo.plan.risk, step.of, step.id, consent);
      return who && { intent: { type: 'confirm-undo', step: step.id, planHash: undo.planHash }, by: who };
    }
    case 'undo-failed':
      return answered({ type: 'decline-undo', step: step.id });
  }
}

function whoConfirms(risk: string, of: string, id: string, consent: Consent): Answerer | undefined {
  if (consent.auto) return '--auto';
  if (consent.confirm.has(id) || consent.confirm.has(of)) return '--confirm';
  return risk !== 'dangerous' && consent.yes ? '--yes' : undefined;
}

function confirmation(question: Waiting, consent: Consent): Asked | undefined {
  const { step } = question;
  if (step.state !== 'awaiting-confirmation' || step.attempts > STALE_LIMIT) return undefined;
  const by = whoConfirms(step.plan.risk, step.of, step.id, consent);
  return by && { intent: { type: 'confirm-step', step: step.id, planHash: step.planHash }, by };
}

function answer(question: Waiting, consent: Consent): Asked | undefined {
  const { step } = question;
  if (step.state !== 'awaiting-answer') return undefined;
  const asked = step.plan.question;
  const given: Json | undefined = consent.answers.get(step.id) ?? consent.answers.get(step.of);
  const say = (value: Json, by: Answerer = '--auto'): Asked => ({
    intent: { type: 'answer-step', step: step.id, value },
    by,
  });
  if (given !== undefined) return say(given, '--answer');
  if (asked?.type === 'task') return consent.auto ? say('done') : undefined;
  if (asked?.type === 'prompt')
    return consent.auto && asked.default !== undefined ? say(asked.default) : undefined;
  if (asked?.type === 'decision') {
    const chosen = asked.default ?? asked.options[0]?.value;
    return consent.auto && chosen !== undefined ? say(chosen) : undefined;
  }
  return undefined;
}
