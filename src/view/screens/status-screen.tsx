import { useInput, useWindowSize } from 'ink';
import { useState, useSyncExternalStore } from 'react';
import type { LiveSnapshot } from '../../cluster/live.ts';
import { Rows } from '../components/rows.tsx';
import { useSeconds } from '../hooks/use-seconds.ts';
import { bindingFor, keyName } from '../keys.ts';
import { isTooSmall, SMALLEST } from '../layout.ts';
import { scrolled } from '../press-session.ts';
import { podsInSight, statusLimit, statusRows } from '../rows/status-rows.ts';
import { paragraph } from '../text/row.ts';

/** The newest picture of the cluster. */
export interface LiveStore {
  snapshot(): LiveSnapshot | undefined;
  subscribe(listener: () => void): () => void;
}

export interface StatusScreenProps {
  readonly store: LiveStore;
  readonly context: string;
  readonly namespace: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly onLeave: () => void;
}

/** Pods and rollouts of a namespace, live; there is nothing here that could change them. */
export function StatusScreen({ store, context, namespace, now, onLeave }: StatusScreenProps) {
  const size = useWindowSize();
  const live = useSyncExternalStore(store.subscribe, store.snapshot);
  const seconds = useSeconds(true, now);
  const [top, setTop] = useState(0);
  const [help, setHelp] = useState(false);
  useInput((input, key) => {
    const action = bindingFor(help ? 'help' : 'status', keyName(input, key))?.action;
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
      case 'bottom': {
        if (live === undefined || help) return;
        const [total, inSight] = [live.pods.length, podsInSight(live, size, seconds)];
        return setTop((from) =>
          scrolled(Math.min(from, statusLimit({ live }, size, seconds)), action, total, inSight),
        );
      }
    }
  });
  if (isTooSmall(size)) {
    const text = `Please make the window larger: ${SMALLEST.columns}x${SMALLEST.rows} is needed.`;
    return <Rows rows={paragraph(text, size.columns).slice(0, size.rows)} width={size.columns} />;
  }
  const rows = statusRows({ live, context, namespace, top, help }, size, seconds);
  return <Rows rows={rows} width={size.columns} />;
}
