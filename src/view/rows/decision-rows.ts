import type { DecisionOption } from '../../steps/step-kind.ts';
import { paragraph, type Row, row, span } from '../text/row.ts';
import { glyphs } from '../theme.ts';

export interface DecisionSpace {
  readonly width: number;
  /** Rows at most; the marked answer is among them, however few they are. */
  readonly height: number;
  /** Which answer is marked; -1: none yet. */
  readonly focus: number;
}

/** A decision's message and answers. Where they do not all fit, reasons go first, then the answers far from the marked one. */
export function decisionRows(
  message: string,
  options: readonly DecisionOption[],
  space: DecisionSpace,
): readonly Row[] {
  const hint = row(span(`${glyphs.up} ${glyphs.down} mark an answer, enter gives it`, 'muted'));
  const said = paragraph(message, space.width, 'strong');
  const whole = [
    ...said,
    ...options.flatMap((option, place) => optionRows(option, place, space, true)),
    hint,
  ];
  if (whole.length <= space.height) return whole;
  const marked = Math.max(0, space.focus);
  const short = options.map((option, place) => optionRows(option, place, space, place === marked));
  const spoken = [...said, ...short.flat(), hint];
  if (spoken.length <= space.height) return spoken;
  const kept = said.slice(0, Math.max(1, Math.floor(space.height / 2)));
  return [...kept, ...around(short, marked, Math.max(1, space.height - kept.length))];
}

/** As many answers around the marked one as there is room for, and how many are above and below. */
function around(answers: readonly (readonly Row[])[], marked: number, height: number): readonly Row[] {
  let [first, last] = [marked, marked];
  const size = (from: number, to: number) =>
    answers.slice(from, to + 1).reduce((sum, rows) => sum + rows.length, 0) +
    (from > 0 ? 1 : 0) +
    (to < answers.length - 1 ? 1 : 0);
  for (;;) {
    if (last < answers.length - 1 && size(first, last + 1) <= height) last += 1;
    else if (first > 0 && size(first - 1, last) <= height) first -= 1;
    else break;
  }
  const below = answers.length - 1 - last;
  const rows = [
    ...(first > 0 ? [more(glyphs.up, first)] : []),
    ...answers.slice(first, last + 1).flat(),
    ...(below > 0 ? [more(glyphs.down, below)] : []),
  ];
  return rows.length <= height ? rows : (answers[marked] ?? []).slice(0, height);
}

function more(glyph: string, count: number): Row {
  return row(span(`   ${glyph} ${count} more ${count === 1 ? 'answer' : 'answers'}`, 'muted'));
}

function optionRows(
  option: DecisionOption,
  place: number,
  { width, focus }: DecisionSpace,
  reasoned: boolean,
): readonly Row[] {
  const text = `${place + 1}  ${option.label}`;
  const line =
    place === focus
      ? row(span(`${glyphs.pointer} `, 'accent'), span(` ${text} `, 'button'))
      : row(span(`   ${text}`));
  const why =
    option.description === undefined || !reasoned
      ? []
      : paragraph(option.description, width, 'muted', row('      '));
  return [line, ...why];
}
