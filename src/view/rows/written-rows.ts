import type { SessionState, StepState } from '../../engine/state.ts';
import { paragraph, type Row, row, span, type Tone } from '../text/row.ts';
import { width as cellsOf, padEnd } from '../text/width.ts';
import { glyphs } from '../theme.ts';

interface Standing {
  readonly glyph: string;
  readonly tone: Tone;
  readonly word: string;
}

const STANDS: Standing = { glyph: glyphs.done, tone: 'good', word: 'stands' };
const UNDONE: Standing = { glyph: glyphs.undone, tone: 'warn', word: 'undone' };
const PARTLY: Standing = { glyph: glyphs.interrupted, tone: 'warn', word: 'partly' };
const UNSURE: Standing = { glyph: glyphs.failed, tone: 'bad', word: 'not sure' };

/** Whether what a step wrote is still so; undefined when it wrote nothing. */
function standingOf(step: StepState): Standing | undefined {
  switch (step.state) {
    case 'succeeded':
      return STANDS;
    case 'undone':
      return UNDONE;
    case 'failed':
      return step.began && !step.failure.refused ? UNSURE : undefined;
    case 'interrupted':
      return { yes: STANDS, partly: PARTLY, unknown: UNSURE, no: undefined }[step.landed];
    default:
      return undefined;
  }
}

/** Each write as it was confirmed, and whether it stands. */
export function writtenRows(session: SessionState, width: number): readonly Row[] {
  const writes = session.order.flatMap((id) => {
    const step = session.steps[id];
    const plan = step !== undefined && 'plan' in step ? (step.written?.plan ?? step.plan) : undefined;
    const standing = step === undefined ? undefined : standingOf(step);
    if (standing === undefined || plan === undefined || plan.alreadyDone) return [];
    return plan.effects.map(({ target, summary }) => ({ standing, target, summary }));
  });
  if (writes.length === 0) return [row(span('  nothing', 'muted'))];
  const longest = Math.min(Math.floor(width / 2), Math.max(...writes.map(({ target }) => cellsOf(target))));
  return writes.flatMap(({ standing, target, summary }) => {
    const lead = row(
      span(`  ${standing.glyph} ${padEnd(standing.word, 8)}  `, standing.tone),
      span(padEnd(target, longest), 'strong'),
      span('  '),
    );
    return paragraph(summary, width, 'plain', lead);
  });
}
