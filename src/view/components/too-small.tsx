import { Box } from 'ink';
import { useRows } from '../hooks/use-rows.ts';
import type { Size } from '../layout.ts';
import { tooSmallRows } from '../rows/session-header.ts';
import type { ScreenStore } from '../store.ts';
import { Rows } from './rows.tsx';

/** Too little room for the screen: says so, and still what is asked. */
export function TooSmall({ store, size }: { readonly store: ScreenStore; readonly size: Size }) {
  const rows = useRows(store, (state) => tooSmallRows(state, size));
  return (
    <Box width={size.columns} height={size.rows}>
      <Rows rows={rows} width={size.columns} />
    </Box>
  );
}
