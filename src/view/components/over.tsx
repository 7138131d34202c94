import { useRows } from '../hooks/use-rows.ts';
import type { Area, Size } from '../layout.ts';
import { dialogFrame, readerFrame } from '../rows/over-frames.ts';
import type { ScreenStore } from '../store.ts';
import { Centered } from './centered.tsx';
import { Rows } from './rows.tsx';

interface OverProps {
  readonly store: ScreenStore;
  readonly size: Size;
  readonly area: Area;
  readonly now: number;
}

/** Something that fills the body: help, pods, details, output, the summary. */
export function FullOver({ store, size, area, now }: OverProps) {
  const rows = useRows(store, (state) => readerFrame(state, size, area, now));
  return <Rows rows={rows} width={area.width} />;
}

/** A small window in the middle of the body; the panes stay in sight around it. */
export function DialogOver({ store, area }: Omit<OverProps, 'size' | 'now'>) {
  const width = Math.min(72, area.width - 8);
  const rows = useRows(store, (state) => dialogFrame(state, { width, height: area.height }));
  return <Centered area={area} width={width} rows={rows} />;
}
