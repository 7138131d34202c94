import { descriptionOf, stepOf, titleOf } from '../../engine/select.ts';
import type { SessionState, StepState } from '../../engine/state.ts';
import { blank, paragraph, type Row, row, rowWidth, span } from '../text/row.ts';
import { duration, ticking } from '../text/time.ts';
import { clip } from '../text/width.ts';
import { glyphs } from '../theme.ts';
import { failureRows } from './failure-rows.ts';
import { planRows, warning } from './plan-rows.ts';
import { numberOf } from './step-name.ts';
import { undoHead } from './undo-rows.ts';
import { verifyingRows } from './verifying-rows.ts';

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
      : [
          undoHead(state, undo, options.width),
          undo.plan === undefined ? [] : planRows(undo.plan, { ...options, isUndo: true }),
        ];
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
          : warning(
              `The world has moved: ${step.staleBecause.replace(/\.$/, '')}. This is the plan as of now.`,
              width,
            ),
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
