import { Box, useInput, useWindowSize } from 'ink';
import { useMemo, useState } from 'react';
import type { PreviewDocument } from '../../engine/preview.ts';
import { Rows } from '../components/rows.tsx';
import { bindingFor, keyName } from '../keys.ts';
import { scrolled } from '../press-session.ts';
import { hintRow, placeHints } from '../rows/footer-rows.ts';
import { worldRow } from '../rows/header-rows.ts';
import { helpFrame } from '../rows/help-rows.ts';
import { previewRows } from '../rows/preview-rows.ts';
import { framed, scrollLimit, scrollMarks, viewport } from '../text/frame.ts';
import { row, span, spread } from '../text/row.ts';
import { frames } from '../theme.ts';

export interface PreviewScreenProps {
  readonly document: PreviewDocument;
  readonly onLeave: () => void;
}

/** What a runbook would do, from top to bottom; there is nothing here that could do it. */
export function PreviewScreen({ document, onLeave }: PreviewScreenProps) {
  const { columns, rows } = useWindowSize();
  const [top, setTop] = useState(0);
  const [isHelp, setHelp] = useState(false);
  const area = { width: columns, height: Math.max(2, rows - 2) };
  const lines = useMemo(() => previewRows(document, columns - 4), [document, columns]);
  const height = area.height - 2;
  const at = Math.min(top, scrollLimit(lines.length, height));
  useInput((input, key) => {
    const name = keyName(input, key);
    const action = bindingFor(isHelp ? 'help' : 'preview', name)?.action;
    switch (action) {
      case 'interrupt':
      case 'leave':
        return onLeave();
      case 'help':
        return setHelp(true);
      case 'close':
      case 'shut':
        return setHelp(false);
      case 'up':
      case 'down':
      case 'page-up':
      case 'page-down':
      case 'top':
      case 'bottom':
        return setTop((from) =>
          scrolled(Math.min(from, scrollLimit(lines.length, height)), action, lines.length, height),
        );
    }
  });
  const seen = viewport(lines, height, at);
  const user = row(span(document.world.user === undefined ? '' : `${document.world.user} `, 'muted'));
  const body = isHelp
    ? helpFrame(['preview'], 0, area)
    : framed({
        ...area,
        frame: frames.preview,
        focused: true,
        title: row(span(document.runbook.title, 'accent')),
        body: seen.rows,
        foot: scrollMarks(seen),
      });
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <Rows rows={[spread(worldRow(document.world), user, columns)]} width={columns} />
      <Rows rows={body} width={columns} />
      <Rows rows={[hintRow(placeHints(isHelp ? 'help' : 'preview'), columns)]} width={columns} />
    </Box>
  );
}
