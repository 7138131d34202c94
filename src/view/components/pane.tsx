import { memo } from 'react';
import { useRows } from '../hooks/use-rows.ts';
import type { Area } from '../layout.ts';
import { paneFrame } from '../rows/pane-frames.ts';
import type { ScreenStore } from '../store.ts';
import type { Pane as PaneName } from '../ui.ts';
import { Rows } from './rows.tsx';

export interface PaneProps {
  readonly store: ScreenStore;
  readonly pane: PaneName;
  readonly area: Area;
  /** Milliseconds since the epoch, in whole seconds. */
  readonly now: number;
  readonly focused: boolean;
}

export const Pane = memo(function Pane({ store, pane, area, now, focused }: PaneProps) {
  const rows = useRows(store, (state) => paneFrame(state, pane, { area, now, focused }));
  return <Rows rows={rows} width={area.width} />;
});
