import { type Frame, glyphs } from '../theme.ts';
import { blank, fitted, type Row, row, rowWidth, span, type Tone } from './row.ts';

export interface FrameOptions {
  readonly title: Row;
  /** At the right of the top line: the freshness of what is inside. */
  readonly aside?: Row;
  readonly body: readonly Row[];
  readonly width: number;
  readonly height: number;
  readonly frame: Frame;
  readonly focused?: boolean;
  /** At the right of the bottom line: how much is out of sight. */
  readonly foot?: Row;
}

/** Title, body and border as exactly `height` rows of exactly `width` cells. */
export function framed(options: FrameOptions): readonly Row[] {
  const { width, height, frame } = options;
  if (height < 2 || width < 6) return [];
  const tone: Tone = options.focused ? 'border-focus' : 'border';
  const inner = width - 4;
  const body = Array.from({ length: height - 2 }, (_, line) => [
    span(`${frame.down} `, tone),
    ...fitted(options.body[line] ?? blank, inner),
    span(` ${frame.down}`, tone),
  ]);
  return [
    edge(frame.topLeft, frame.topRight, options.title, options.aside ?? blank, options, tone),
    ...body,
    edge(frame.bottomLeft, frame.bottomRight, blank, options.foot ?? blank, options, tone),
  ];
}

function edge(left: string, right: string, title: Row, aside: Row, options: FrameOptions, tone: Tone): Row {
  const { across } = options.frame;
  const inner = options.width - 4;
  const asideWidth = rowWidth(aside) === 0 ? 0 : rowWidth(aside) + 2;
  // A title keeps eight cells of its own; without one the aside may have them all.
  const isRoomy = asideWidth + (title.length === 0 ? 0 : 8) <= inner;
  const titleRoom = inner - (isRoomy ? asideWidth : 0) - 2;
  const shown = title.length === 0 ? blank : fitted(title, Math.min(rowWidth(title), titleRoom));
  const used = (shown.length === 0 ? 0 : rowWidth(shown) + 2) + (isRoomy ? asideWidth : 0);
  return row(
    span(left + across, tone),
    ...(shown.length === 0 ? [] : [span(' '), ...shown, span(' ')]),
    span(across.repeat(Math.max(0, inner - used)), tone),
    ...(isRoomy && asideWidth > 0 ? [span(' '), ...aside, span(' ')] : []),
    span(across + right, tone),
  );
}

export interface Viewport {
  readonly rows: readonly Row[];
  readonly above: number;
  readonly below: number;
}

/** The part of the rows that is in sight, from `top`; never past the end. */
export function viewport(rows: readonly Row[], height: number, top: number): Viewport {
  const first = Math.min(Math.max(0, top), scrollLimit(rows.length, height));
  const seen = rows.slice(first, first + height);
  return { rows: seen, above: first, below: Math.max(0, rows.length - first - height) };
}

export function scrollLimit(total: number, height: number): number {
  return Math.max(0, total - height);
}

/** The top that keeps the row `at` in sight, a few rows from the edge. */
export function topToShow(at: number, total: number, height: number): number {
  return Math.min(Math.max(0, at - Math.floor(height / 2)), scrollLimit(total, height));
}

/** What is out of sight, for the bottom line of a frame. */
export function scrollMarks({ above, below }: Viewport): Row {
  if (above === 0 && below === 0) return blank;
  const parts = [
    ...(above > 0 ? [`${glyphs.up} ${above}`] : []),
    ...(below > 0 ? [`${glyphs.down} ${below} more`] : []),
  ];
  return row(span(parts.join('  '), 'muted'));
}
