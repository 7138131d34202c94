import type { SessionEnd } from '../../engine/event.ts';
import { stepOf, titleOf } from '../../engine/select.ts';
import type { SessionState, StepState } from '../../engine/state.ts';
import { figure } from '../text/figure.ts';
import { blank, paragraph, type Row, row, span, type Tone, table } from '../text/row.ts';
import { duration } from '../text/time.ts';
import { glyphs } from '../theme.ts';
import { faceOf } from './step-face.ts';
import { type Numbered, numbered } from './step-name.ts';
import { writtenRows } from './written-rows.ts';

const OUTCOMES: Readonly<Record<SessionEnd, { readonly text: string; readonly badge: Tone }>> = {
  succeeded: { text: `${glyphs.done} SUCCEEDED`, badge: 'badge-good' },
  failed: { text: `${glyphs.failed} FAILED`, badge: 'badge-bad' },
  aborted: { text: `${glyphs.interrupted} ABORTED`, badge: 'badge-warn' },
};

type Part = Numbered['steps'][number];
type Named = Part & { readonly step: StepState };

/**
 * How the session went, what matters most first: the outcome, what was written and whether it stands, what failed,
 * what nobody has checked; then every step, and last what was not needed.
 */
export function summaryRows(session: SessionState, folder: string, width: number): readonly Row[] {
  const { end } = session;
  const outcome = OUTCOMES[end?.outcome ?? 'aborted'];
  const took = Date.parse(session.endedAt ?? session.startedAt) - Date.parse(session.startedAt);
  const steps = numbered(session).flatMap((part) => part.steps.flatMap((one) => withStep(session, one)));
  const section = (title: string, lines: readonly Row[]) =>
    lines.length === 0 ? [] : [blank, row(span(title, 'strong')), ...lines];
  const named = (title: string, tone: Tone, of: (step: StepState) => string | undefined) =>
    section(title, reasonRows(session, steps, { tone, of, width }));
  const notes = session.notes.flatMap(({ time, text }) =>
    paragraph(text, width - 2, 'plain', row(span(`  ${time.slice(11, 19)}  `, 'muted'))),
  );
  const alarms = session.alarms.flatMap(({ figure: title, value, unit, side, limit, since }) => {
    const said = `${title} ${figure(value, unit)}, ${side} ${figure(limit, unit)}, since ${since.slice(11, 19)}`;
    return paragraph(said, width - 2, 'bad', row('  '));
  });
  return [
    row(
      span(` ${outcome.text} `, outcome.badge),
      span(`  in ${duration(took)}`, 'strong'),
      span(`  ${countsOf(steps)}`, 'muted'),
    ),
    ...(end === undefined || isSaidBelow(steps, end) ? [] : paragraph(end.summary, width)),
    ...section('Written', writtenRows(session, width)),
    ...named('Failed', 'bad', (step) =>
      step.state === 'failed' && !notifies(session, step) ? step.failure.message : undefined,
    ),
    ...named('Cut off', 'warn', (step) => (step.state === 'interrupted' ? step.evidence : undefined)),
    ...named('Not checked', 'warn', (step) =>
      notifies(session, step) ? undefined : (skippedAs(step, 'unavailable') ?? notThere(step)),
    ),
    ...named('Not told', 'warn', (step) =>
      !notifies(session, step)
        ? undefined
        : step.state === 'failed'
          ? step.failure.message
          : skippedAs(step, 'unavailable'),
    ),
    ...named('Skipped', 'warn', (step) => skippedAs(step, 'choice')),
    ...section('Critical until the end', alarms),
    ...section('Notes', notes),
    ...section('Steps', stepTable(session, steps, width)),
    ...byNumber('not reached', steps.filter(isUnreached), width),
    ...byNumber('not needed', steps.filter(isUnneeded), width),
    blank,
    ...paragraph(`${folder}/journal.jsonl`, width, 'plain', row(span('journal  ', 'muted'))),
    row(span('told by  ', 'muted'), span(`rollbook show ${session.session}`)),
  ];
}

/** It only tells people something. */
function notifies(session: SessionState, step: StepState): boolean {
  return stepOf(session, step).notifies === true;
}

function withStep(session: SessionState, one: Part): readonly Named[] {
  const step = session.steps[one.id];
  return step === undefined ? [] : [{ ...one, step }];
}

/** Neither run nor decided: its condition did not hold, or another way was taken. */
function isUnneeded({ step }: Named): boolean {
  return step.state === 'skipped' && (step.why === 'condition' || step.why === 'passed');
}

function isUnreached({ step }: Named): boolean {
  return step.state === 'pending';
}

/** A success has nothing to say that does not follow, and a failure is told by the step that failed. */
function isSaidBelow(steps: readonly Named[], end: NonNullable<SessionState['end']>): boolean {
  if (end.outcome === 'succeeded') return true;
  return steps.some(({ step }) => step.state === 'failed' && end.summary.includes(step.failure.message));
}

function skippedAs(step: StepState, why: 'unavailable' | 'choice'): string | undefined {
  return step.state === 'skipped' && step.why === why ? step.reason : undefined;
}

function notThere(step: StepState): string | undefined {
  return step.state === 'unavailable' ? step.reason : undefined;
}

function countsOf(steps: readonly Named[]): string {
  const count = (what: string, is: (one: Named) => boolean) => {
    const number = steps.filter(is).length;
    return number === 0 ? [] : [`${number} ${what}`];
  };
  const skipped = (why: string) => (one: Named) => one.step.state === 'skipped' && one.step.why === why;
  const done = steps.filter(({ step }) => step.state === 'succeeded').length;
  return [
    `${done} of ${steps.length} steps done`,
    ...count('undone', ({ step }) => step.state === 'undone'),
    ...count('failed', ({ step }) => step.state === 'failed'),
    ...count('not checked', skipped('unavailable')),
    ...count('skipped', skipped('choice')),
    ...count('not needed', isUnneeded),
  ].join(', ');
}

/** Why, in full: what the table has no room for. */
function reasonRows(
  session: SessionState,
  steps: readonly Named[],
  asked: {
    readonly of: (step: StepState) => string | undefined;
    readonly tone: Tone;
    readonly width: number;
  },
): readonly Row[] {
  return steps.flatMap(({ id, number, step }) => {
    const reason = asked.of(step);
    if (reason === undefined) return [];
    const lead = row(span(`  ${number.padEnd(4)}  `, asked.tone));
    return [
      row(...lead, span(titleOf(session, id))),
      ...paragraph(reason, asked.width, 'plain', row(span(' '.repeat(8)))),
    ];
  });
}

/** Nobody's turn any more: the session ended before the step did. */
const OPEN: ReadonlySet<StepState['state']> = new Set([
  'ready',
  'awaiting-confirmation',
  'awaiting-answer',
  'confirmed',
]);
const LEFT_OPEN = { glyph: glyphs.waiting, tone: 'muted', word: 'not done', time: '' } as const;

function stepTable(session: SessionState, steps: readonly Named[], width: number): readonly Row[] {
  const lines = steps
    .filter((one) => !isUnneeded(one) && !isUnreached(one))
    .map(({ id, number, step }) => {
      const face = OPEN.has(step.state) ? LEFT_OPEN : faceOf(session, step, 0);
      return row(
        span(`  ${face.glyph}`, face.tone),
        span(number, 'muted'),
        span(titleOf(session, id), step.state === 'skipped' ? 'muted' : 'plain'),
        span(face.time, 'muted'),
        span(face.word, face.tone),
      );
    });
  return table(
    lines,
    [{}, { min: 4 }, { gives: 1, min: 24 }, { align: 'right' }, { gives: 1, min: 16 }],
    width,
  );
}

/** What did not happen is noise here, but it is not hidden. */
function byNumber(what: string, steps: readonly Named[], width: number): readonly Row[] {
  if (steps.length === 0) return [];
  const numbers = steps.map(({ number }) => number).join('  ');
  return [blank, ...paragraph(numbers, width, 'muted', row(span(what.padEnd(13), 'muted')))];
}
