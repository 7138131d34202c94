import { Box } from 'ink';
import { useRows } from '../hooks/use-rows.ts';
import type { Layout } from '../layout.ts';
import { liveLine, tabsRow } from '../rows/narrow-rows.ts';
import type { ScreenStore } from '../store.ts';
import type { Pane as PaneName } from '../ui.ts';
import { Pane } from './pane.tsx';
import { Rows } from './rows.tsx';

interface SessionPanesProps {
  readonly store: ScreenStore;
  readonly layout: Layout;
  readonly focus: PaneName;
  readonly now: number;
}

/** All panes beside each other, or on a narrow screen one of them with the rest in a line each. */
export function SessionPanes({ store, layout, focus, now }: SessionPanesProps) {
  const pane = (name: PaneName) => (
    <Pane store={store} pane={name} area={layout.panes[name]} now={now} focused={focus === name} />
  );
  if (layout.kind === 'narrow') return <NarrowPanes store={store} layout={layout} focus={focus} now={now} />;
  return (
    <Box flexDirection="column">
      <Box>
        {pane('steps')}
        {pane('step')}
      </Box>
      <Box>
        {pane('live')}
        {pane('events')}
      </Box>
    </Box>
  );
}

function NarrowPanes({ store, layout, focus, now }: SessionPanesProps) {
  const { width } = layout.body;
  const tabs = useRows(store, (state) => [tabsRow(state, width)]);
  const line = useRows(store, (state) => [liveLine(state, width, now)]);
  return (
    <Box flexDirection="column">
      <Rows rows={tabs} width={width} />
      <Pane store={store} pane={focus} area={layout.panes[focus]} now={now} focused />
      <Rows rows={line} width={width} />
    </Box>
  );
}
