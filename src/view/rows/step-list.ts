import { isOver, titleOf } from '../../engine/select.ts';
import type { SessionState } from '../../engine/state.ts';
import { type Row, row, rowWidth, span, spread, type Tone } from '../text/row.ts';
import { clip, padEnd, width } from '../text/width.ts';
import { glyphs } from '../theme.ts';
import { faceOf } from './step-face.ts';
import { type Numbered, numbered } from './step-name.ts';

export interface StepLine {
  readonly line: Row;
  /** The steps that this line stands for. */
  readonly ids: readonly string[];
}

export interface StepListOptions {
  readonly width: number;
  readonly height: number;
  readonly now: number;
  /** The one that the operator looks at; the current one when undefined. */
  readonly selected: string | undefined;
}

/** The whole list; finished sections are folded to a line each when it is too long. */
export function stepLines(state: SessionState, options: StepListOptions): readonly StepLine[] {
  const sections = numbered(state).filter((section) => section.steps.length > 0);
  const all = sections.flatMap((section) => sectionLines(state, section, options));
  if (all.length <= options.height) return all;
  const isInSight = (section: Numbered) =>
    section.steps.some(
      ({ id }) => id === options.selected || id === state.current || id === state.undo?.step,
    );
  return sections.flatMap((section) =>
    isFinished(state, section) && !isInSight(section)
      ? [foldedLine(state, section, options)]
      : sectionLines(state, section, options),
  );
}

function isFinished(state: SessionState, section: Numbered): boolean {
  return section.steps.every(({ id }) => {
    const step = state.steps[id];
    return step !== undefined && isOver(state, step);
  });
}

function sectionLines(state: SessionState, section: Numbered, options: StepListOptions): readonly StepLine[] {
  const [first, ...more] = section.steps;
  if (first === undefined) return [];
  if (more.length === 0) return [stepLine(state, first.id, first.number, options)];
  const heading = row(span(`  ${section.number}  `, 'muted'), span(section.title, 'plain'));
  return [
    { line: heading, ids: [] },
    ...section.steps.map(({ id, number }) => stepLine(state, id, number, options)),
  ];
}

function foldedLine(state: SessionState, section: Numbered, options: StepListOptions): StepLine {
  const steps = section.steps.flatMap(({ id }) => state.steps[id] ?? []);
  const skipped = steps.filter((step) => step.state === 'skipped');
  const isSkipped = skipped.length === steps.length;
  const done = `${steps.length - skipped.length} done`;
  const words = new Set(skipped.map((step) => faceOf(state, step, 0).word));
  const [only = 'skipped'] = words.size === 1 ? words : [];
  const left = row(
    span(isSkipped ? `${glyphs.skipped} ` : `${glyphs.done} `, isSkipped ? 'muted' : 'good'),
    span(`${section.number}  `, 'muted'),
    span(section.title, 'muted'),
  );
  const long = skipped.length > 0 ? `${done}, ${skipped.length} ${only}` : done;
  const isRoomy = rowWidth(left) + width(long) + 2 <= options.width;
  const word = isSkipped ? only : isRoomy ? long : done;
  return {
    line: spread(left, row(span(`  ${word}`, 'muted')), options.width),
    ids: section.steps.map(({ id }) => id),
  };
}

function stepLine(state: SessionState, id: string, number: string, options: StepListOptions): StepLine {
  const step = state.steps[id];
  if (step === undefined) return { line: [], ids: [id] };
  const face = faceOf(state, step, options.now);
  const isCurrent = id === state.current || id === state.undo?.step;
  const isSelected = options.selected === id;
  const title: Tone = isSelected || isCurrent ? 'strong' : 'muted';
  const isNested = number.includes('.');
  const left = row(
    span(`${isSelected ? glyphs.pointer : face.glyph} `, isSelected ? 'accent' : face.tone),
    span(padEnd(number, isNested ? 5 : 3), isCurrent ? 'accent' : 'muted'),
    span(titleOf(state, id), title),
  );
  const room = options.width - rowWidth(left);
  // A title is worth more than a time: it is shown when there is room for both.
  const time = face.time !== '' && width(face.word) + width(face.time) + 4 <= room ? face.time : '';
  const word = clip(
    face.word,
    Math.max(Math.floor(options.width / 3), room - 2 - (time === '' ? 0 : width(time) + 2)),
  );
  const right = row(
    ...(word === '' ? [] : [span(`  ${word}`, face.tone)]),
    ...(time === '' ? [] : [span(`  ${time}`, 'muted')]),
  );
  return { line: spread(left, right, options.width), ids: [id] };
}
