import type { ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { WatchStatus } from '../../../src/ports/kubernetes.ts';
import { type ApiServer, apiServer, connect, json } from '../api-server.ts';
import { line, list, pods, script } from './watching.ts';

const COLUMNS = [{ name: 'Node' }, { name: 'Name', format: 'name' }, { name: 'Status' }];

function table(resourceVersion: string, names: readonly string[], more: object = {}) {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion },
    columnDefinitions: COLUMNS,
    rows: names.map((name) => ({ cells: ['node-1', name, 'Running'], object: null })),
    ...more,
  };
}

const page =
  (resourceVersion: string, names: readonly string[], token = '') =>
  (response: ServerResponse) =>
    json(response, 200, table(resourceVersion, names, { metadata: { resourceVersion, continue: token } }));

function watchRows(server: ApiServer) {
  const events: string[] = [];
  const statuses: WatchStatus[] = [];
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  connect(server.url, { rhythm: { firstBackoffMs: 1 } }).watchRows?.(
    pods,
    {
      onEvent(event) {
        switch (event.type) {
          case 'page': {
            const names = event.rows.map(({ name }) => name);
            events.push(`${event.isFirst ? '' : 'next '}page ${names.join(' ')}${event.isLast ? '' : ' …'}`);
            break;
          }
          case 'changed': {
            const { name, cells, columns } = event.row;
            events.push(`changed ${name} ${cells[columns.get('Status') ?? -1]}`);
            break;
          }
          case 'deleted':
            events.push(`deleted ${event.name}`);
            break;
          case 'synced':
            events.push('synced');
        }
      },
      onStatus: (status) => void statuses.push(status),
    },
    controller.signal,
  );
  const until = async (condition: () => boolean) => {
    while (!condition()) await new Promise(setImmediate);
  };
  return { events, statuses, until };
}

describe('a watch in rows', () => {
  it('asks for tables without objects, page by page, then follows from there', async () => {
    const server = await apiServer(
      script(
        [page('10', ['a', 'b'], 'next'), page('10', ['c'])],
        [
          (response) =>
            response.write(
              line('MODIFIED', table('11', ['a'])) +
                // Only the first event tells the columns.
                line('ADDED', table('12', ['d'], { columnDefinitions: null })) +
                line('BOOKMARK', table('15', [''], { columnDefinitions: null })) +
                line('DELETED', table('16', ['b'], { columnDefinitions: null })),
            ),
        ],
      ),
    );
    const { events, until } = watchRows(server);
    await until(() => events.length === 6);
    expect(events).toEqual([
      'page a b …',
      'next page c',
      'synced',
      'changed a Running',
      'changed d Running',
      'deleted b',
    ]);
    const [first, second, watched] = server.seen;
    expect(first?.headers.accept).toBe('application/json;as=Table;v=v1;g=meta.k8s.io');
    expect(Object.fromEntries(first?.query ?? [])).toEqual({ includeObject: 'None', limit: '500' });
    expect(second?.query.get('continue')).toBe('next');
    expect(watched?.headers.accept).toBe(first?.headers.accept);
    expect(watched?.query.get('includeObject')).toBe('None');
    expect(watched?.query.get('resourceVersion')).toBe('10');
  });

  it('goes on from where it has been, bookmarks and tables of no rows included', async () => {
    const server = await apiServer(
      script(
        [page('10', ['a'])],
        [
          (response) => response.end(line('BOOKMARK', table('42', [], { rows: null }))),
          (response) => response.write(''),
        ],
      ),
    );
    const { until } = watchRows(server);
    await until(() => server.seen.length === 3);
    expect(server.seen[2]?.query.get('resourceVersion')).toBe('42');
  });

  it('lists without pages when the snapshot that they are cut from has gone', async () => {
    const gone = (response: ServerResponse) =>
      json(response, 410, { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' });
    const server = await apiServer(
      script([page('10', ['a'], 'next'), gone, page('20', ['a', 'b'])], [(response) => response.write('')]),
    );
    const { events, until } = watchRows(server);
    await until(() => events.includes('synced'));
    expect(events).toEqual(['page a …', 'page a b', 'synced']);
    expect(server.seen[2]?.query.has('limit')).toBe(false);
  });

  it.each([
    ['refuses them', (response: ServerResponse) => json(response, 406, { kind: 'Status', code: 406 })],
    ['answers with objects all the same', (response: ServerResponse) => list(response, '10', 'a')],
  ])('says that there are no tables where a server %s', async (_what, answer) => {
    const server = await apiServer(script([answer], []));
    const { events, statuses, until } = watchRows(server);
    await until(() => statuses.length > 0);
    expect(statuses[0]).toMatchObject({ connected: false, reason: 'not-served' });
    expect(events).toEqual([]);
  });

  it('reads a large answer in pieces, all of it', async () => {
    const names = Array.from({ length: 4_000 }, (_, at) => `pod-with-a-rather-long-name-${at}-"{[]}\\"`);
    const server = await apiServer(script([page('10', names)], [(response) => response.write('')]));
    const { events, until } = watchRows(server);
    let turns = 0;
    const other = setInterval(() => {
      turns += 1;
    });
    await until(() => events.includes('synced'));
    clearInterval(other);
    expect(events[0]).toBe(`page ${names.join(' ')}`);
    expect(turns).toBeGreaterThan(1);
  });
});
