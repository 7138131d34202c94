import { Box } from 'ink';
import type { Area } from '../layout.ts';
import { type Row, row } from '../text/row.ts';
import { Rows } from './rows.tsx';

interface CenteredProps {
  readonly area: Area;
  readonly width: number;
  readonly rows: readonly Row[];
}

/** A small window over an area, a little above its middle; what is below it stays in sight around it. */
export function Centered({ area, width, rows }: CenteredProps) {
  return (
    <Box
      position="absolute"
      top={Math.max(0, Math.floor((area.height - rows.length) / 3))}
      left={Math.floor((area.width - width) / 2) - 1}
    >
      <Rows rows={rows.map((line) => row(' ', ...line, ' '))} width={width + 2} />
    </Box>
  );
}
