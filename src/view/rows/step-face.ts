import { stepOf } from '../../engine/select.ts';
import type { SessionState, StepState } from '../../engine/state.ts';
import type { Tone } from '../text/row.ts';
import { duration, ticking } from '../text/time.ts';
import { glyphs } from '../theme.ts';

export interface Face {
  readonly glyph: string;
  readonly tone: Tone;
  /** The state or the result in a word or two; '' while its turn has not come. */
  readonly word: string;
  readonly time: string;
}

/** Why a step was not run, in the words that the summary uses too. */
const SKIPPED = {
  condition: 'not needed',
  passed: 'not taken',
  unavailable: 'not checked',
  choice: 'skipped',
} as const;

/** How a step shows itself in a list: a glyph and a word, never one alone. */
export function faceOf(state: SessionState, step: StepState, now: number): Face {
  const undo = state.undo?.step === step.id ? state.undo : undefined;
  if (undo !== undefined) {
    const word = {
      planning: 'planning undo',
      'awaiting-confirmation': 'undo?',
      running: 'undoing',
      failed: 'undo failed',
    };
    const tone = undo.phase === 'failed' ? 'bad' : 'accent';
    return {
      glyph: undo.phase === 'failed' ? glyphs.failed : glyphs.undone,
      tone,
      word: word[undo.phase],
      time: '',
    };
  }
  const took = tookTime(step);
  const face = (glyph: string, tone: Tone, word: string, time = ''): Face => ({ glyph, tone, word, time });
  switch (step.state) {
    case 'pending':
      return face(glyphs.waiting, 'muted', '');
    case 'ready':
      return face(glyphs.running, 'accent', 'looking');
    case 'confirmed':
      return face(glyphs.running, 'accent', 'starting');
    case 'awaiting-confirmation':
    case 'awaiting-answer':
      // An undo comes first.
      return state.undo === undefined
        ? face(glyphs.turn, 'accent', 'your turn')
        : face(glyphs.waiting, 'muted', 'afterwards');
    case 'unavailable':
      return face(glyphs.unavailable, 'warn', 'not there');
    case 'running':
      return face(glyphs.running, 'accent', 'running', underWay(state, step, now));
    case 'verifying':
      return face(glyphs.running, 'accent', 'verifying', underWay(state, step, now));
    case 'succeeded':
      return face(glyphs.done, 'good', step.summary, took);
    case 'failed':
      if (stepOf(state, step).notifies) return face(glyphs.unavailable, 'warn', 'not told', took);
      return face(glyphs.failed, 'bad', step.failure.refused ? 'refused' : 'failed', took);
    case 'skipped':
      return step.why === 'unavailable'
        ? face(glyphs.unavailable, 'warn', stepOf(state, step).notifies ? 'not told' : SKIPPED[step.why])
        : face(glyphs.skipped, 'muted', SKIPPED[step.why]);
    case 'interrupted':
      return face(glyphs.interrupted, 'warn', 'interrupted');
    case 'undone':
      return face(glyphs.undone, 'warn', 'undone', took);
  }
}

function tookTime(step: StepState): string {
  if (step.startedAt === undefined || step.endedAt === undefined) return '';
  return duration(Date.parse(step.endedAt) - Date.parse(step.startedAt));
}

/** How long it has been running, beside how long it usually takes. */
function underWay(state: SessionState, step: StepState, now: number): string {
  if (step.startedAt === undefined) return '';
  const since = ticking(now - Date.parse(step.startedAt));
  const { expectedMs } = stepOf(state, step);
  return expectedMs === undefined ? since : `${since}, usually ${ticking(expectedMs)}`;
}
