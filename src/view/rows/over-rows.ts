import { currentQuestion, titleOf, undoableSteps } from '../../engine/select.ts';
import type { SessionState } from '../../engine/state.ts';
import { blank, paragraph, type Row, row, span } from '../text/row.ts';
import { fieldRow } from '../text-field.ts';
import { glyphs } from '../theme.ts';
import type { Over } from '../ui.ts';
import { numberOf } from './step-name.ts';

export interface Dialog {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** The answers of the dialogs; the first changes nothing. */
export function dialogChoices(over: Over, session: SessionState | undefined): readonly string[] {
  if (over.type === 'leave') return ['Stay', 'Leave'];
  if (over.type !== 'abort' || session === undefined) return [];
  const writes = undoableSteps(session).length;
  return writes === 0 ? ['Go on', 'End the session'] : ['Go on', 'Undo, then end', 'End, leave all as it is'];
}

/** A small window over the screen: one thing is asked, and esc closes it. */
export function dialogFor(over: Over, session: SessionState, width: number): Dialog | undefined {
  switch (over.type) {
    case 'note':
      return {
        title: 'Note',
        rows: [
          ...paragraph('Goes into the journal with the time and the current step.', width, 'muted'),
          blank,
          row(span(`${glyphs.pointer} `, 'accent'), ...fieldRow(over.field, width - 2)),
          blank,
          keys('enter', 'write it down', 'esc', 'leave it'),
        ],
      };
    case 'skip':
      return {
        title: `Skip ${numberOf(session, over.step)}  ${titleOf(session, over.step)}`,
        rows: [
          ...paragraph('Why is it skipped? The reason goes into the journal and the report.', width),
          blank,
          row(span(`${glyphs.pointer} `, 'accent'), ...fieldRow(over.field, width - 2)),
          blank,
          keys('enter', 'skip it', 'esc', 'do not skip'),
        ],
      };
    case 'abort':
      return {
        title: 'Abort the session',
        rows: [...abortRows(session, width), blank, ...menu(over.focus, dialogChoices(over, session))],
      };
    case 'leave':
      return {
        title: 'Leave this screen',
        rows: [...leaveRows(session, width), blank, ...menu(over.focus, dialogChoices(over, session))],
      };
    default:
      return undefined;
  }
}

function keys(...parts: readonly string[]): Row {
  return parts.map((part, place) =>
    span(place % 2 === 0 ? part : ` ${part}    `, place % 2 === 0 ? 'accent' : 'muted'),
  );
}

function menu(focus: number, choices: readonly string[]): readonly Row[] {
  return choices.map((choice, place) =>
    place === focus
      ? row(span(`${glyphs.pointer} `, 'accent'), span(` ${choice} `, 'button'))
      : row(span(`   ${choice} `)),
  );
}

function abortRows(session: SessionState, width: number): readonly Row[] {
  const writes = undoableSteps(session);
  if (writes.length === 0) {
    return paragraph(
      'Nothing that this session wrote is left to undo. It ends here, and cannot be resumed.',
      width,
    );
  }
  const one = writes.length === 1;
  return [
    ...paragraph(
      `This session has ${one ? 'one write' : `${writes.length} writes`} that can be undone, newest first:`,
      width,
    ),
    ...writes.flatMap((id) => {
      const step = session.steps[id];
      const undo = step !== undefined && 'plan' in step ? step.plan?.undo : undefined;
      const lead = row(span(`  ${glyphs.undone} ${numberOf(session, id)}  `, 'warn'));
      return paragraph(`${titleOf(session, id)}: ${undo ?? ''}`, width, 'plain', lead);
    }),
    ...paragraph('Each is shown and asked before it is put back.', width, 'muted'),
  ];
}

function leaveRows(session: SessionState, width: number): readonly Row[] {
  const waiting = currentQuestion(session)?.step.id;
  const where =
    waiting === undefined ? undefined : `${numberOf(session, waiting)}  ${titleOf(session, waiting)}`;
  return [
    ...paragraph(
      where === undefined
        ? 'The session goes on without this screen, and waits at its next question.'
        : `The session keeps waiting at ${where}. Nothing is done until somebody answers.`,
      width,
    ),
    row(span('come back with  ', 'muted'), span(`rollbook attach ${session.session}`, 'strong')),
  ];
}
