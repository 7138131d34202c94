import type { SessionEnd } from '../../engine/event.ts';
import { progress, titleOf } from '../../engine/select.ts';
import type { SessionState, StepState } from '../../engine/state.ts';
import { blank, paragraph, type Row, row, span, type Tone, table } from '../text/row.ts';
import { duration } from '../text/time.ts';
import { padEnd } from '../text/width.ts';
import { glyphs } from '../theme.ts';
import { faceOf } from './step-face.ts';
import { numbered } from './step-name.ts';

const OUTCOMES: Readonly<
  Record<SessionEnd, { readonly text: string; readonly tone: Tone; readonly badge: Tone }>
> = {
  succeeded: { text: `${glyphs.done} SUCCEEDED`, tone: 'good', badge: 'badge-good' },
  failed: { text: `${glyphs.failed} FAILED`, tone: 'bad', badge: 'badge-bad' },
  aborted: { text: `${glyphs.interrupted} ABORTED`, tone: 'warn', badge: 'badge-warn' },
};

/** How the session went: outcome, every step, what was written and put back, where it is kept, what can be done next. */
export function summaryRows(session: SessionState, folder: string, width: number): readonly Row[] {
  const { end } = session;
  const outcome = OUTCOMES[end?.outcome ?? 'aborted'];
  const took = Date.parse(session.endedAt ?? session.startedAt) - Date.parse(session.startedAt);
  const { done, total, skipped, failed } = progress(session);
  const counts = [
    `${done} of ${total} steps done`,
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ];
  return [
    row(
      span(` ${outcome.text} `, outcome.badge),
      span(`  in ${duration(took)}`, 'strong'),
      span(`  ${counts.join(', ')}`, 'muted'),
    ),
    ...(end === undefined || end.summary === counts.join(', ') ? [] : paragraph(end.summary, width, 'plain')),
    ...(end?.refused
      ? paragraph('Refused before the first write: nothing was changed.', width, 'strong')
      : []),
    blank,
    ...stepTable(session, width),
    ...section('Failed', reasons(session, 'failed'), width),
    ...section('Skipped', reasons(session, 'skipped'), width),
    ...section('Written', writes(session), width),
    ...section(
      'Notes',
      session.notes.map((note) => row(span(`${note.time.slice(11, 19)}  `, 'muted'), span(note.text))),
      width,
    ),
    ...section('Kept', [row(span('journal  ', 'muted'), span(`${folder}/journal.jsonl`))], width),
    ...section(
      'Next',
      [
        row(span('$ ', 'muted'), span(`rollbook report ${session.session}`)),
        row(span('$ ', 'muted'), span(`rollbook show ${session.session}`)),
      ],
      width,
    ),
  ];
}

function section(title: string, lines: readonly Row[], width: number): readonly Row[] {
  if (lines.length === 0) return [];
  const body = lines.flatMap((line) => {
    const [lead, text] = line;
    return lead !== undefined && text !== undefined && line.length === 2
      ? paragraph(text.text, width - 2, text.tone, row('  ', lead))
      : [row('  ', ...line)];
  });
  return [blank, row(span(title, 'strong')), ...body];
}

function stepTable(session: SessionState, width: number): readonly Row[] {
  const lines = numbered(session).flatMap((part) =>
    part.steps.flatMap(({ id, number }) => {
      const step = session.steps[id];
      if (step === undefined) return [];
      const face = faceOf(session, step, 0);
      const quiet = step.state === 'pending' || step.state === 'skipped';
      return [
        row(
          span(face.glyph, face.tone),
          span(number, 'muted'),
          span(titleOf(session, id), quiet ? 'muted' : 'plain'),
          span(face.time, 'muted'),
          span(resultOf(step, face.word), face.tone === 'muted' ? 'muted' : face.tone),
        ),
      ];
    }),
  );
  return table(
    lines,
    [{}, { min: 4 }, { gives: 1, min: 24 }, { align: 'right' }, { gives: 1, min: 16 }],
    width,
  );
}

function resultOf(step: StepState, word: string): string {
  return step.state === 'pending' ? 'not reached' : word;
}

/** Each write as it was confirmed, and whether it stands. */
function writes(session: SessionState): readonly Row[] {
  return session.order.flatMap((id) => {
    const step = session.steps[id];
    if (step === undefined || !('plan' in step) || step.plan === undefined || step.plan.alreadyDone)
      return [];
    const isUndone = step.state === 'undone';
    if (!isUndone && step.state !== 'succeeded' && !(step.state === 'failed' && step.began)) return [];
    const [glyph, tone, word]: [string, Tone, string] = isUndone
      ? [glyphs.undone, 'warn', 'undone   ']
      : step.state === 'failed'
        ? [glyphs.failed, 'bad', 'not sure ']
        : [glyphs.done, 'good', 'stands   '];
    return step.plan.effects.map((effect) =>
      row(span(`${glyph} ${word}`, tone), span(`${effect.target}  ${effect.summary}`)),
    );
  });
}

/** Why, in full: what the table has no room for. */
function reasons(session: SessionState, of: 'failed' | 'skipped'): readonly Row[] {
  return numbered(session).flatMap((part) =>
    part.steps.flatMap(({ id, number }) => {
      const step = session.steps[id];
      if (step?.state !== of) return [];
      const reason = step.state === 'failed' ? step.failure.message : step.reason;
      return reason === 'not taken' ? [] : [row(span(padEnd(number, 6), 'muted'), span(reason))];
    }),
  );
}
