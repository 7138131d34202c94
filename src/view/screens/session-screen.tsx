import { Box, useInput, usePaste, useWindowSize } from 'ink';
import { useSyncExternalStore } from 'react';
import type { Intent } from '../../engine/intent.ts';
import { DialogOver, FullOver } from '../components/over.tsx';
import { Rows } from '../components/rows.tsx';
import { SessionPanes } from '../components/session-panes.tsx';
import { TooSmall } from '../components/too-small.tsx';
import { useRows } from '../hooks/use-rows.ts';
import { useSeconds } from '../hooks/use-seconds.ts';
import { keyName } from '../keys.ts';
import { isTooSmall, layoutFor } from '../layout.ts';
import { paste, placeOf, press } from '../press.ts';
import { footerRow } from '../rows/footer-rows.ts';
import { bannerRows, sessionHeader } from '../rows/session-header.ts';
import type { ScreenState, ScreenStore } from '../store.ts';

export interface SessionScreenProps {
  readonly store: ScreenStore;
  readonly now: () => number;
  readonly onAsk: (intent: Intent) => void;
  readonly onLeave: () => void;
}

/** Nothing ticks on a screen whose session is over, or whose host is gone. */
function isUnderWay({ session, host }: ScreenState): boolean {
  return host === 'there' && session?.status !== 'ended';
}

/** The session: what is to be done, what is being done, and whether the world agrees. */
export function SessionScreen({ store, now, onAsk, onLeave }: SessionScreenProps) {
  const size = useWindowSize();
  const { columns, rows } = size;
  const isMoving = useSyncExternalStore(store.subscribe, () => isUnderWay(store.snapshot()));
  const seconds = useSeconds(isMoving, now);
  const ui = useSyncExternalStore(store.subscribe, () => store.snapshot().ui);
  const hasEnded = useSyncExternalStore(store.subscribe, () => store.snapshot().session?.status === 'ended');
  const header = useRows(store, (state) => [
    ...sessionHeader(state, columns, seconds),
    ...bannerRows(state, columns, seconds),
  ]);
  const layout = layoutFor(size, header.length);
  const isNarrow = layout.kind === 'narrow';
  const footer = useRows(store, (state) => [footerRow(state, placeOf(state, isNarrow), columns, isNarrow)]);

  useInput((input, key) => {
    const pressed = press(store.snapshot(), keyName(input, key), input, { size, now: now() });
    store.update(pressed.ui);
    if (pressed.ask !== undefined) onAsk(pressed.ask);
    if (pressed.leave) onLeave();
  });
  usePaste((text) => store.update(paste(store.snapshot(), text, isNarrow)));

  if (isTooSmall(size)) return <TooSmall store={store} size={size} />;
  const isDialog = ui.over !== undefined && ['note', 'skip', 'abort', 'leave'].includes(ui.over.type);
  const isFull = (ui.over !== undefined && !isDialog) || hasEnded;
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <Rows rows={header} width={columns} />
      <Box height={layout.body.height} width={columns}>
        {isFull ? (
          <FullOver store={store} size={size} area={layout.body} now={seconds} />
        ) : (
          <SessionPanes store={store} layout={layout} focus={ui.pane} now={seconds} />
        )}
        {isDialog && <DialogOver store={store} area={layout.body} />}
      </Box>
      <Rows rows={footer} width={columns} />
    </Box>
  );
}
