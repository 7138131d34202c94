import type { Intent } from '../engine/intent.ts';
import { allowedIntents, currentQuestion, type Waiting } from '../engine/select.ts';
import type { SessionState } from '../engine/state.ts';
import type { Plan, Question } from '../steps/step-kind.ts';
import type { Action } from './keymap.ts';

/** One of the answers to the open question, chosen with the arrows and enter, or by its own key. */
export interface Choice {
  readonly action: Action;
  readonly label: string;
}

export interface OpenQuestion {
  /** Changes whenever something else is asked: keys typed for one question never answer the next. */
  readonly key: string;
  readonly waiting: Waiting;
  readonly plan: Plan | undefined;
  readonly planHash: string | undefined;
  /** The first one is focused, and it changes nothing. */
  readonly choices: readonly Choice[];
  /** For a human step: what is asked. */
  readonly asks: Question | undefined;
  /** What must be typed to confirm. */
  readonly word: string | undefined;
}

export function openQuestion(state: SessionState): OpenQuestion | undefined {
  const waiting = currentQuestion(state);
  if (waiting === undefined) return undefined;
  const { step } = waiting;
  const isUndo = waiting.for === 'undo-confirmation' || waiting.for === 'undo-failed';
  const plan = isUndo ? state.undo?.plan : 'plan' in step ? step.plan : undefined;
  const planHash = isUndo ? state.undo?.planHash : 'planHash' in step ? step.planHash : undefined;
  const isConfirmed = waiting.for === 'confirmation' || waiting.for === 'undo-confirmation';
  const word = isConfirmed && plan?.risk === 'dangerous' ? plan.confirmWord : undefined;
  const asks = waiting.for === 'answer' ? plan?.question : undefined;
  const allowed = allowedIntents(state);
  const choices = choicesFor(state, waiting, plan, asks).filter(({ action }) => isOpen(action, allowed));
  return {
    key: [step.id, waiting.for, step.attempts, planHash ?? ''].join(' '),
    waiting,
    plan,
    planHash,
    choices,
    asks,
    word,
  };
}

const NEEDS: Partial<Record<Action, readonly Intent['type'][]>> = {
  skip: ['skip-step'],
  undo: ['undo-step'],
  abort: ['abort-session'],
  again: ['retry-step', 'replan-step', 'undo-step'],
  accept: ['accept-step'],
};

function isOpen(action: Action, allowed: ReadonlySet<Intent['type']>): boolean {
  return NEEDS[action]?.some((intent) => allowed.has(intent)) ?? true;
}

const VERBS: Readonly<Record<string, string>> = {
  'kubernetes/select-traffic': 'Switch',
  'kubernetes/scale': 'Scale',
  'kubernetes/patch': 'Patch',
  'kubernetes/rollout': 'Roll',
  'kubernetes/apply': 'Apply',
  command: 'Run',
  shell: 'Run',
};

function choicesFor(
  state: SessionState,
  waiting: Waiting,
  plan: Plan | undefined,
  asks: Question | undefined,
): readonly Choice[] {
  const choice = (action: Action, label: string): Choice => ({ action, label });
  const kind = state.runbook.steps.find((step) => step.id === waiting.step.of)?.uses ?? '';
  const isDangerous = plan?.risk === 'dangerous';
  const skip = choice('skip', 'Skip');
  const details = choice('details', 'Look closer');
  const abort = choice('abort', 'Abort');
  switch (waiting.for) {
    case 'confirmation':
      return [
        choice('cancel', 'Cancel'),
        choice('confirm', `${VERBS[kind] ?? 'Do it'}${isDangerous ? '…' : ''}`),
        skip,
        details,
      ];
    case 'undo-confirmation':
      return [
        choice('cancel', 'Keep it'),
        choice('confirm', `Put it back${isDangerous ? '…' : ''}`),
        details,
      ];
    case 'answer':
      if (asks?.type === 'decision') return asks.options.map((option) => choice('choose', option.label));
      if (asks?.type === 'prompt') return [choice('confirm', 'Answer…'), skip];
      return [choice('cancel', 'Not yet'), choice('confirm', 'Done'), skip];
    case 'interrupted':
      return [
        choice('again', 'Plan it again'),
        choice('accept', 'Take it as done'),
        choice('undo', 'Undo'),
        skip,
        abort,
      ];
    case 'undone':
      return [choice('again', 'Do it again'), skip, choice('undo', 'Undo more'), abort];
    case 'unavailable':
      return [choice('again', 'Look again'), skip, abort];
    case 'failed':
      return [choice('again', 'Try again'), choice('undo', 'Undo'), skip, abort];
    case 'undo-failed':
      return [choice('again', 'Try again'), choice('cancel', 'Leave it as it is')];
  }
}
