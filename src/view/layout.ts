import type { Pane } from './ui.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface Area {
  readonly width: number;
  readonly height: number;
}

/** Where the panes are: beside each other, or one at a time. */
export interface Layout {
  readonly kind: 'wide' | 'narrow';
  readonly panes: Readonly<Record<Pane, Area>>;
  /** Between header and footer. */
  readonly body: Area;
}

export const SMALLEST: Size = { columns: 80, rows: 24 };
const WIDE = 100;
const ROOMY = 140;

export function isTooSmall({ columns, rows }: Size): boolean {
  return columns < SMALLEST.columns || rows < SMALLEST.rows;
}

/** One pane at a time. */
export function isNarrow({ columns }: Size): boolean {
  return columns < WIDE;
}

const between = (low: number, value: number, high: number) =>
  Math.max(low, Math.min(high, Math.floor(value)));

/** Heights and widths add up to exactly the screen: a frame that is too tall would make it flicker. */
export function layoutFor(size: Size, headerRows: number): Layout {
  const { columns, rows } = size;
  const body = { width: columns, height: rows - headerRows - 1 };
  if (isNarrow(size)) {
    // The row of tabs above, the live line below.
    const one = { width: columns, height: body.height - 2 };
    return { kind: 'narrow', body, panes: { step: one, steps: one, live: one, events: one } };
  }
  const bottom = between(7, body.height * 0.36, 22);
  const top = body.height - bottom;
  const steps = between(40, columns * 0.34, 60);
  // Where there is room, it goes to why pods are not ready.
  const live = between(52, columns * (columns < ROOMY ? 0.54 : 0.6), 116);
  return {
    kind: 'wide',
    body,
    panes: {
      steps: { width: steps, height: top },
      step: { width: columns - steps, height: top },
      live: { width: live, height: bottom },
      events: { width: columns - live, height: bottom },
    },
  };
}
