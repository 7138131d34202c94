import { titleOf } from '../../engine/select.ts';
import type { Size } from '../layout.ts';
import type { ScreenState } from '../store.ts';
import { scrollLimit, topToShow } from '../text/frame.ts';
import { paragraph, plainText, type Row, row, span } from '../text/row.ts';
import { fieldRow } from '../text-field.ts';
import { glyphs } from '../theme.ts';
import type { Over, Reader } from '../ui.ts';
import { helpRows } from './help-rows.ts';
import { linkRows } from './link-rows.ts';
import { podRows } from './live-rows.ts';
import { outputLines } from './session-content.ts';
import { numberOf } from './step-name.ts';
import { stepRows } from './step-rows.ts';
import { summaryRows } from './summary-rows.ts';

/** All the rows of what fills the body: details, output, pods, help, or the summary of an ended session. */
export function overRows(
  state: ScreenState,
  over: Over | undefined,
  width: number,
  now: number,
): readonly Row[] {
  const { session, live } = state;
  if (session === undefined) return [];
  switch (over?.type) {
    case 'help':
      return helpRows(['session', 'reader', 'pods', 'links', 'dialog', 'typing', 'summary'], width);
    case 'pods':
      return live === undefined
        ? paragraph('Nothing is watched yet.', width, 'muted')
        : podRows(live, width, now);
    case 'links':
      return linkRows(live?.links ?? [], width);
    case 'reader':
      return readerRows(state, over, width, now);
    default:
      return summaryRows(session, state.folder, width);
  }
}

function readerRows(state: ScreenState, over: Reader, width: number, now: number): readonly Row[] {
  const { session } = state;
  const step = session?.steps[over.step];
  if (session === undefined || step === undefined) return [];
  if (over.what === 'details') {
    const holdingSince = state.holdingSince[step.id];
    return stepRows(session, step, { width, now, whole: true, holdingSince });
  }
  const lines = outputLines(state, step);
  if (lines.length === 0) return paragraph('It has printed nothing so far.', width, 'muted');
  return lines.map((line) => row(span(line)));
}

export function overTitle(state: ScreenState, over: Over | undefined): Row {
  const { session } = state;
  if (session === undefined) return [];
  switch (over?.type) {
    case 'help':
      return row(span('Keys', 'accent'));
    case 'pods':
      return row(
        span('Pods', 'accent'),
        span(`  ${state.live?.podsReady ?? 0} of ${state.live?.podCount ?? 0} ready`, 'muted'),
      );
    case 'links':
      return row(span('Dashboards', 'accent'));
    case 'reader': {
      const name = `${numberOf(session, over.step)}  ${titleOf(session, over.step)}`;
      return row(span(over.what === 'details' ? 'Details' : 'Output', 'accent'), span(`  ${name}`, 'strong'));
    }
    default:
      return row(span('Summary', 'accent'), span(`  ${session.session}`, 'muted'));
  }
}

/** The rows, by number, that hold the word looked for. */
export function matchesIn(state: ScreenState, over: Reader, width: number, now: number): readonly number[] {
  const word = over.word.toLowerCase();
  if (word === '') return [];
  return overRows(state, over, width, now).flatMap((line, at) =>
    plainText(line).toLowerCase().includes(word) ? [at] : [],
  );
}

/** How much there is, how much is in sight, and from where. */
export function overExtent(
  state: ScreenState,
  { size, now }: { readonly size: Size; readonly now: number },
  height: number = size.rows - 4,
): { readonly total: number; readonly height: number; readonly top: number } {
  const { over } = state.ui;
  const width = size.columns - 4;
  const total = overRows(state, over, width, now).length;
  const limit = scrollLimit(total, height);
  if (over?.type !== 'reader') {
    const top = over === undefined ? state.ui.tops.summary : 'top' in over ? over.top : 0;
    return { total, height, top: Math.min(limit, top) };
  }
  const found = matchesIn(state, over, width, now)[over.match];
  if (found !== undefined) return { total, height, top: topToShow(found, total, height) };
  return { total, height, top: over.follow ? limit : Math.min(limit, over.top) };
}

/** The line at the bottom of a reader: what is looked for, and whether it follows. */
export function readerFoot(state: ScreenState, over: Reader, width: number, now: number): Row {
  if (over.typing !== undefined) return row(span('find ', 'muted'), ...fieldRow(over.typing, 24));
  if (over.word !== '') {
    const count = matchesIn(state, over, width, now).length;
    const place = count === 0 ? 'nowhere' : `${over.match + 1} of ${count}`;
    return row(span(`"${over.word}" ${place}`, count === 0 ? 'warn' : 'accent'));
  }
  return over.what === 'output' && over.follow ? row(span(`${glyphs.live} following`, 'good')) : [];
}

/** The same row with the word made visible. */
export function marked(line: Row, word: string): Row {
  if (word === '') return line;
  return line.flatMap((part) => {
    const at = part.text.toLowerCase().indexOf(word.toLowerCase());
    if (at === -1) return [part];
    return [
      { text: part.text.slice(0, at), tone: part.tone },
      { text: part.text.slice(at, at + word.length), tone: 'button' as const },
      { text: part.text.slice(at + word.length), tone: part.tone },
    ];
  });
}
