import { afterEach, describe, expect, it } from 'vitest';
import type { LiveSnapshot } from '../../src/cluster/live.ts';
import { ThemeContext } from '../../src/view/components/row-text.tsx';
import { podsInSight, statusRows } from '../../src/view/rows/status-rows.ts';
import { StatusScreen } from '../../src/view/screens/status-screen.tsx';
import { plainText, rowWidth } from '../../src/view/text/row.ts';
import { themeFor } from '../../src/view/theme.ts';
import { NOW } from './screen.ts';
import { failing } from './snapshots.ts';
import { draw, type TestTerminal } from './terminal.tsx';

const many: LiveSnapshot = {
  ...failing,
  podCount: 10_000,
  podsReady: 9_960,
  pods: Array.from({ length: 200 }, (_, at) => ({
    name: `web-${String(at).padStart(3, '0')}`,
    workload: 'web',
    ready: at > 40,
    status: at > 40 ? 'Running' : 'CrashLoopBackOff',
    readyContainers: 1,
    containers: 1,
    restarts: 0,
    version: 'v2',
  })),
};
const view = { live: many, context: 'prod-eu', namespace: 'shop', top: 0, help: false };

describe.each([
  { columns: 80, rows: 24 },
  { columns: 160, rows: 48 },
])('the status of a namespace at $columns x $rows', (size) => {
  it.each([
    ['with pods', view],
    ['before the first look', { ...view, live: undefined }],
    ['with its keys explained', { ...view, help: true }],
    ['at the end', { ...view, top: 10_000 }],
  ])('is exactly as large as the screen: %s', (_what, shown) => {
    const rows = statusRows(shown, size, NOW);
    expect(rows).toHaveLength(size.rows);
    for (const row of rows) expect(rowWidth(row)).toBeLessThanOrEqual(size.columns);
  });

  it('says where it looks, whether that is true, and how many pods are well', () => {
    const text = statusRows(view, size, NOW).map(plainText).join('\n');
    for (const part of ['STATUS', 'prod-eu', 'shop', 'live', '9960 of 10000 ready', 'the 200 worst'])
      expect(text).toContain(part);
  });

  it('shows as many pods as fit, from the one that was scrolled to', () => {
    const inSight = podsInSight(many, size, NOW);
    const text = statusRows({ ...view, top: 30 }, size, NOW)
      .map(plainText)
      .join('\n');
    const seen = [...text.matchAll(/web-(\d+)/g)].map(([, number]) => Number(number));
    expect([seen.at(0), seen.length]).toEqual([30, inSight]);
  });
});

describe('the screen', () => {
  const terminals: TestTerminal[] = [];
  afterEach(() => {
    for (const terminal of terminals.splice(0)) terminal.unmount();
  });
  const theme = themeFor({ colour: false, unicode: true });

  function open() {
    let left = 0;
    let latest: LiveSnapshot | undefined = many;
    const listeners = new Set<() => void>();
    const terminal = draw(
      <ThemeContext value={theme}>
        <StatusScreen
          store={{
            snapshot: () => latest,
            subscribe(listener) {
              listeners.add(listener);
              return () => listeners.delete(listener);
            },
          }}
          context="prod-eu"
          namespace="shop"
          now={() => NOW}
          onLeave={() => {
            left += 1;
          }}
        />
      </ThemeContext>,
      { columns: 100, rows: 30 },
    );
    terminals.push(terminal);
    const put = (next: LiveSnapshot) => {
      latest = next;
      for (const listener of listeners) listener();
    };
    return { terminal, put, left: () => left };
  }

  const sees = async (terminal: TestTerminal, what: string) => {
    while (!terminal.frame().includes(what)) await new Promise(setImmediate);
  };

  it('scrolls, explains its keys, follows what comes, and is left', async () => {
    const { terminal, put, left } = open();
    await sees(terminal, 'web-000');
    terminal.type('G');
    await sees(terminal, 'web-199');
    terminal.type('?');
    await sees(terminal, 'To the beginning');
    terminal.type('q');
    await sees(terminal, 'web-199');
    put({ ...many, podsReady: 9_961 });
    await sees(terminal, '9961 of 10000 ready');
    terminal.type('q');
    while (left() === 0) await new Promise(setImmediate);
    expect(left()).toBe(1);
  });
});
