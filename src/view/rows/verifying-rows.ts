import type { StepState } from '../../engine/state.ts';
import { paragraph, type Row, row, span, type Tone } from '../text/row.ts';
import { ticking } from '../text/time.ts';
import { glyphs } from '../theme.ts';

interface VerifyingOptions {
  readonly width: number;
  readonly now: number;
  /** Since when what is verified has held, in milliseconds since the epoch. */
  readonly holdingSince?: number | undefined;
  /** Nobody looks any more. */
  readonly isHostGone?: boolean;
}

type Verifying = Extract<StepState, { state: 'verifying' }>;

const BAR = 20;

/** What is being observed, and how much of the window has held. */
export function verifyingRows(
  step: Verifying,
  { width, now, holdingSince, isHostGone }: VerifyingOptions,
): readonly Row[] {
  const { aim } = step;
  const head = paragraph(
    aim?.says === undefined ? 'Verifying that it took effect, and stays so' : `Verifying: ${aim.says}`,
    width,
    'strong',
    row(span(`${glyphs.running} `, 'accent')),
  );
  if (isHostGone) {
    const text = 'It was being verified when its host went. That goes on when the session is resumed.';
    return paragraph(text, width, 'strong', row(span(`${glyphs.interrupted} `, 'warn')));
  }
  const seen = step.observed;
  if (seen === undefined)
    return [...head, ...paragraph('the first look is under way …', width, 'muted', row('  '))];
  const mark = seen.holds ? span(`${glyphs.done} `, 'good') : span(`${glyphs.gone} `, 'warn');
  const look = paragraph(seen.summary, width, seen.holds ? 'good' : 'warn', row('  ', mark));
  return [...head, ...look, ...windowRows(step, seen.holds ? holdingSince : undefined, now)];
}

/** How much of its window has held; while it does not hold, how much of the time it has to come true is gone. */
function windowRows(step: Verifying, holdingSince: number | undefined, now: number): readonly Row[] {
  const { aim, since } = step;
  const text = (words: string) => row('    ', span(words, 'muted'));
  if (holdingSince === undefined) {
    if (aim === undefined || aim.withinMs === 0) return [text('not yet; looking again')];
    const gone = since === undefined ? 0 : Math.max(0, now - Date.parse(since));
    return [
      bar(gone, aim.withinMs, 'warn', `not yet: ${ticking(gone)} of at most ${ticking(aim.withinMs)}`),
      ...(aim.forMs > 0 ? [text(`once it is so, it must hold for ${ticking(aim.forMs)}`)] : []),
    ];
  }
  const held = Math.max(0, now - holdingSince);
  if (aim === undefined || aim.forMs === 0) return [text(`holds for ${ticking(held)}`)];
  const shown = Math.min(held, aim.forMs);
  return [bar(shown, aim.forMs, 'good', `holds for ${ticking(shown)} of ${ticking(aim.forMs)}`)];
}

function bar(part: number, whole: number, tone: Tone, text: string): Row {
  const full = Math.min(BAR, Math.round((part / Math.max(1, whole)) * BAR));
  return row(
    '    ',
    span(glyphs.full.repeat(full), tone),
    span(glyphs.empty.repeat(BAR - full), 'muted'),
    span(`  ${text}`, 'muted'),
  );
}
