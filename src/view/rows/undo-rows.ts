import type { SessionState } from '../../engine/state.ts';
import { paragraph, type Row, row, span } from '../text/row.ts';
import { glyphs } from '../theme.ts';
import { failureRows } from './failure-rows.ts';
import { numberOf } from './step-name.ts';

type Undo = NonNullable<SessionState['undo']>;

/** Why the way back is asked for when nobody pressed a key: the step whose failure leads here. */
function causeRows(state: SessionState, { cause, step }: Undo, width: number): readonly Row[] {
  if (cause !== 'on-failure') return [];
  const failed = state.order
    .flatMap((id) => state.steps[id] ?? [])
    .findLast(({ state: is }) => is === 'failed');
  if (failed?.state !== 'failed' || failed.id === step) return [];
  const name = `${numberOf(state, failed.id)} failed`;
  return paragraph(
    `${name}: ${failed.failure.message}`,
    width,
    'plain',
    row(span(`${glyphs.failed} `, 'bad')),
  );
}

/** How far the way back is, and what leads to it. */
export function undoHead(state: SessionState, undo: Undo, width: number): readonly Row[] {
  switch (undo.phase) {
    case 'planning':
      return paragraph('Looking at the way back …', width, 'muted');
    case 'awaiting-confirmation':
      return [
        ...causeRows(state, undo, width),
        ...paragraph(
          'The way back. Nothing has been put back yet.',
          width,
          'strong',
          row(span(`${glyphs.undone} `, 'warn')),
        ),
      ];
    case 'running':
      return paragraph('Being put back …', width, 'strong', row(span(`${glyphs.running} `, 'accent')));
    case 'failed':
      return undo.failure === undefined ? [] : failureRows(undo.failure.message, undo.failure.next, width);
  }
}
