import { descriptionOf, stepOf, titleOf } from '../../engine/select.ts';
import type { SessionState, StepState } from '../../engine/state.ts';
import { blank, paragraph, type Row, row, rowWidth, span, type Tone } from '../text/row.ts';
import { duration, ticking } from '../text/time.ts';
import { clip } from '../text/width.ts';
import { glyphs } from '../theme.ts';
import { planRows, warning } from './plan-rows.ts';
import { numberOf } from './step-name.ts';

export interface StepOptions {
  readonly width: number;
  readonly now: number;
  /** Every line of it: the details view. */
  readonly whole?: boolean;
  /** Since when what is verified has held, in milliseconds since the epoch. */
  readonly holdingSince?: number | undefined;
  /** Nobody runs it any more. */
  readonly isHostGone?: boolean;
  /** The newest lines of its output. */
  readonly output?: readonly string[];
  /** The step that was finished just before, shown while there is room. */
  readonly before?: StepState | undefined;
}

/** Everything about one step, most important first. */
export function stepRows(state: SessionState, step: StepState, options: StepOptions): readonly Row[] {
  const undo = state.undo?.step === step.id ? state.undo : undefined;
  const blocks =
    undo === undefined
      ? stateBlocks(state, step, options)
      : [undoHead(undo, options), undo.plan === undefined ? [] : planRows(undo.plan, options)];
  const description = descriptionOf(state, step.id)?.trim();
  const isOver = ['succeeded', 'failed', 'interrupted', 'undone'].includes(step.state);
  const about =
    description === undefined || (isOver && !options.whole)
      ? []
      : paragraph(description, options.width, 'muted');
  const before = options.before === undefined ? [] : resultRows(state, options.before, options);
  return joined([before, undo === undefined ? about : [], ...blocks]);
}

function joined(blocks: readonly (readonly Row[])[]): readonly Row[] {
  return blocks
    .filter((block) => block.length > 0)
    .flatMap((block, place) => (place === 0 ? block : [blank, ...block]));
}

function undoHead(undo: NonNullable<SessionState['undo']>, { width }: StepOptions): readonly Row[] {
  switch (undo.phase) {
    case 'planning':
      return paragraph('Looking at the way back …', width, 'muted');
    case 'awaiting-confirmation':
      return paragraph(
        'The way back. Nothing has been put back yet.',
        width,
        'strong',
        row(span(`${glyphs.undone} `, 'warn')),
      );
    case 'running':
      return paragraph('Being put back …', width, 'strong', row(span(`${glyphs.running} `, 'accent')));
    case 'failed':
      return undo.failure === undefined ? [] : failureRows(undo.failure.message, undo.failure.next, width);
  }
}

function stateBlocks(
  state: SessionState,
  step: StepState,
  options: StepOptions,
): readonly (readonly Row[])[] {
  const { width } = options;
  const plan = (detail: boolean) =>
    'plan' in step && step.plan !== undefined && (detail || options.whole)
      ? planRows(step.plan, options)
      : [];
  switch (step.state) {
    case 'pending':
      return [paragraph('Its turn has not come; what it will do is planned when it does.', width, 'muted')];
    case 'ready':
      return [
        step.staleBecause === undefined ? [] : warning(`The world has moved: ${step.staleBecause}`, width),
        paragraph('Looking at the world, to plan this step …', width, 'muted'),
      ];
    case 'awaiting-confirmation':
      return [
        step.staleBecause === undefined
          ? []
          : warning(`The world has moved: ${step.staleBecause}. This is the plan as of now.`, width),
        plan(true),
      ];
    case 'awaiting-answer': {
      const asked = step.plan.question;
      const task = asked?.type === 'task' ? asked.instructions : '';
      return [task === '' ? [] : paragraph(task.trim(), width), plan(false)];
    }
    case 'unavailable':
      return [failureRows(step.reason, step.next, width, glyphs.unavailable)];
    case 'confirmed':
      return [plan(true)];
    case 'running':
      return [runningRows(state, step, options), outputRows(options), plan(true)];
    case 'verifying':
      return [verifyingRows(step, options), outputRows(options), plan(true)];
    case 'succeeded':
    case 'undone':
      return [resultRows(state, step, options), plan(false), outputRows(options)];
    case 'failed':
      return [failureRows(step.failure.message, step.failure.next, width), outputRows(options), plan(true)];
    case 'skipped':
      return [paragraph(`Skipped: ${step.reason}`, width, 'muted', row(span(`${glyphs.skipped} `, 'muted')))];
    case 'interrupted':
      return [interruptedRows(step.landed, step.evidence, width), plan(true)];
  }
}

/** What happened, to what; and what to do next. */
function failureRows(
  message: string,
  next: string | undefined,
  width: number,
  glyph: string = glyphs.failed,
): readonly Row[] {
  const tone = glyph === glyphs.failed ? 'bad' : 'warn';
  return [
    ...paragraph(message, width, 'strong', row(span(`${glyph} `, tone))),
    ...(next === undefined ? [] : paragraph(next, width, 'plain', row(span(`${glyphs.arrow} `, 'accent')))),
  ];
}

const LANDED = {
  yes: 'It was cut off, and its effect is there.',
  no: 'It was cut off, and its effect is not there.',
  partly: 'It was cut off, and a part of its effect is there.',
  unknown: 'It was cut off, and whether it took effect could not be found out.',
} as const;

function interruptedRows(landed: keyof typeof LANDED, evidence: string, width: number): readonly Row[] {
  return [
    ...paragraph(LANDED[landed], width, 'strong', row(span(`${glyphs.interrupted} `, 'warn'))),
    ...paragraph(evidence, width, 'plain', row('  ')),
    ...paragraph('It was not run again. Only reads were done to find this out.', width, 'muted', row('  ')),
  ];
}

function runningRows(
  state: SessionState,
  step: StepState,
  { width, now, isHostGone }: StepOptions,
): readonly Row[] {
  if (isHostGone) {
    const text =
      'It was under way when its host went. Whether it took effect is looked up when the session is resumed.';
    return paragraph(text, width, 'strong', row(span(`${glyphs.interrupted} `, 'warn')));
  }
  const since = step.startedAt === undefined ? 0 : now - Date.parse(step.startedAt);
  const { expectedMs } = stepOf(state, step);
  const usual = expectedMs === undefined ? '' : `, usually ${ticking(expectedMs)}`;
  return paragraph(
    `Running for ${ticking(since)}${usual}`,
    width,
    'strong',
    row(span(`${glyphs.running} `, 'accent')),
  );
}

type Verifying = Extract<StepState, { state: 'verifying' }>;

const BAR = 20;

/** What is being observed, and how much of the window has held. */
function verifyingRows(step: Verifying, { width, now, holdingSince }: StepOptions): readonly Row[] {
  const { aim } = step;
  const head = paragraph(
    aim?.says === undefined ? 'Verifying that it took effect, and stays so' : `Verifying: ${aim.says}`,
    width,
    'strong',
    row(span(`${glyphs.running} `, 'accent')),
  );
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

/** A finished step: its result, its proof and how long it took. */
function resultRows(state: SessionState, step: StepState, { width }: StepOptions): readonly Row[] {
  if (step.state !== 'succeeded' && step.state !== 'undone') return [];
  const isDone = step.state === 'succeeded';
  const took =
    step.startedAt !== undefined && step.endedAt !== undefined
      ? `  ${duration(Date.parse(step.endedAt) - Date.parse(step.startedAt))}`
      : '';
  const tone = isDone ? 'good' : 'warn';
  const result = row(span(`  ${step.summary}`, tone), span(took, 'muted'));
  const name = `${numberOf(state, step.id)}  ${titleOf(state, step.id)}`;
  // The title is known by then, and gives way to the result.
  const room = Math.max(16, width - 2 - rowWidth(result));
  return [
    row(span(`${isDone ? glyphs.done : glyphs.undone} `, tone), span(clip(name, room), 'strong'), ...result),
    ...step.evidence.flatMap((line) => paragraph(line, width, 'plain', row('  '))),
  ];
}

function outputRows({ output, width, whole }: StepOptions): readonly Row[] {
  if (output === undefined || output.length === 0) return [];
  const lines = whole ? output : output.slice(-8);
  return [
    row(span('output', 'muted')),
    ...lines.flatMap((line) => paragraph(line, width, 'plain', row(span('  ')))),
  ];
}
