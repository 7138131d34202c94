import { Box } from 'ink';
import { memo } from 'react';
import { type Row, sameRows } from '../text/row.ts';
import { RowText } from './row-text.tsx';

/** A block of lines. Its height is their number, so nothing is ever pushed out of its place. */
export const Rows = memo(
  function Rows({ rows, width }: { readonly rows: readonly Row[]; readonly width: number }) {
    return (
      <Box flexDirection="column" width={width} height={rows.length} flexShrink={0}>
        {rows.map((line, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is the line of its place
          <RowText key={place} line={line} />
        ))}
      </Box>
    );
  },
  (before, after) => before.width === after.width && sameRows(before.rows, after.rows),
);
