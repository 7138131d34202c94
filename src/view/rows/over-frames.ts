import type { Area, Size } from '../layout.ts';
import type { ScreenState } from '../store.ts';
import { framed, scrollMarks, viewport } from '../text/frame.ts';
import { type Row, row } from '../text/row.ts';
import { frames } from '../theme.ts';
import { dialogFor } from './over-rows.ts';
import { marked, overExtent, overRows, overTitle, readerFoot } from './reader-rows.ts';

/** What fills the body, scrolled to its place. */
export function readerFrame(state: ScreenState, size: Size, area: Area, now: number): readonly Row[] {
  const { over } = state.ui;
  const width = area.width - 4;
  const seen = viewport(
    overRows(state, over, width, now),
    area.height - 2,
    overExtent(state, { size, now }, area.height - 2).top,
  );
  const word = over?.type === 'reader' ? over.word : '';
  const foot = over?.type === 'reader' ? readerFoot(state, over, width, now) : [];
  const marks = scrollMarks(seen);
  return framed({
    ...area,
    frame: frames[state.session?.world.mode ?? 'incident'],
    focused: true,
    title: overTitle(state, over),
    body: word === '' ? seen.rows : seen.rows.map((line) => marked(line, word)),
    foot: row(...foot, foot.length > 0 && marks.length > 0 ? '   ' : '', ...marks),
  });
}

/** A dialog with its border, as high as what it says. */
export function dialogFrame(state: ScreenState, { width, height }: Area): readonly Row[] {
  const { over } = state.ui;
  if (over === undefined || state.session === undefined) return [];
  const dialog = dialogFor(over, state.session, width - 4);
  if (dialog === undefined) return [];
  return framed({
    width,
    height: Math.min(height, dialog.rows.length + 2),
    frame: frames[state.session.world.mode],
    focused: true,
    title: row({ text: dialog.title, tone: 'accent' }),
    body: dialog.rows,
  });
}
