import { useRef, useSyncExternalStore } from 'react';
import type { ScreenState, ScreenStore } from '../store.ts';
import { type Row, sameRows } from '../text/row.ts';

/**
 * Rows built from the store. The component is drawn again only when a row in sight differs:
 * a change elsewhere, or out of sight, costs the building of a few strings and nothing more.
 */
export function useRows(store: ScreenStore, build: (state: ScreenState) => readonly Row[]): readonly Row[] {
  const last = useRef<readonly Row[]>([]);
  return useSyncExternalStore(store.subscribe, () => {
    const next = build(store.snapshot());
    if (!sameRows(last.current, next)) last.current = next;
    return last.current;
  });
}
