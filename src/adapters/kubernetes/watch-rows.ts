import { PortFailure } from '../../ports/failure.ts';
import type { Json } from '../../ports/json.ts';
import type { ReadOptions, RowHandlers, TableRow } from '../../ports/kubernetes.ts';
import type { Listing } from './list.ts';
import { itemsOf } from './list-items.ts';
import { withQuery } from './paths.ts';
import { statusFailure } from './status-failure.ts';
import type { WatchFormat } from './watch.ts';
import { createSlicer, parseJson } from './wire.ts';

const ACCEPT = 'application/json;as=Table;v=v1;g=meta.k8s.io';
/** The server's own tables hold the object of each row, or its metadata, unless told otherwise: five times the bytes. */
const QUERY = { includeObject: 'None' } as const;
const PAGE_SIZE = 500;
/** More than this of an answer is parsed row by row, with pauses. */
const WHOLE_BYTES = 256 * 1024;

interface Column {
  readonly name: string;
  readonly format?: string;
}
interface Table {
  readonly kind?: string;
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  /** Only in the first event of a watch. */
  readonly columnDefinitions?: readonly Column[] | null;
  readonly rows?: readonly { readonly cells: readonly Json[] }[] | null;
}

/** Follows a server-side table: the cells that `kubectl get` prints, without the objects. */
export function rowsFormat(handlers: RowHandlers): WatchFormat {
  const readRows = createRowReader();

  async function page(
    listing: Listing,
    options: ReadOptions,
    parameters: { readonly limit: number | undefined; readonly continue: string | undefined },
  ): Promise<NonNullable<Table['metadata']>> {
    const table = await readTable(listing, options, parameters);
    const { metadata = {} } = table;
    const isFirst = parameters.continue === undefined;
    handlers.onEvent({ type: 'page', rows: readRows(table), isFirst, isLast: !metadata.continue });
    return metadata;
  }

  async function pages(listing: Listing, options: ReadOptions, limit: number | undefined): Promise<string> {
    let token: string | undefined;
    for (;;) {
      const metadata = await page(listing, options, { limit, continue: token });
      token = metadata.continue || undefined;
      if (token !== undefined) continue;
      handlers.onEvent({ type: 'synced' });
      return metadata.resourceVersion ?? '';
    }
  }

  return {
    accept: ACCEPT,
    query: QUERY,
    async list(listing, options) {
      try {
        return await pages(listing, options, PAGE_SIZE);
      } catch (error) {
        // the snapshot that the pages are cut from has gone: it takes one answer that needs no snapshot
        if (error instanceof PortFailure && error.reason === 'gone')
          return pages(listing, options, undefined);
        throw error;
      }
    },
    take({ type, object }) {
      const table = object as Table;
      if (table.kind !== 'Table') throw noTables();
      const rows = readRows(table);
      for (const row of type === 'BOOKMARK' ? [] : rows) {
        handlers.onEvent(type === 'DELETED' ? { type: 'deleted', name: row.name } : { type: 'changed', row });
      }
      return table.metadata?.resourceVersion;
    },
    onStatus: (status) => handlers.onStatus(status),
  };
}

/** Remembers the columns: later tables of a watch leave them out. */
function createRowReader(): (table: Table) => TableRow[] {
  let columns: ReadonlyMap<string, number> = new Map();
  let nameAt = 0;
  return ({ columnDefinitions, rows }) => {
    if (columnDefinitions != null) {
      columns = new Map(columnDefinitions.map(({ name }, place) => [name, place]));
      nameAt = Math.max(
        0,
        columnDefinitions.findIndex(({ format }) => format === 'name'),
      );
    }
    return (rows ?? []).map(({ cells }) => ({ name: String(cells[nameAt] ?? ''), columns, cells }));
  };
}

async function readTable(
  listing: Listing,
  options: ReadOptions,
  page: { readonly limit: number | undefined; readonly continue: string | undefined },
): Promise<Table> {
  const { transport, context, subject, labelSelector, fieldSelector } = listing;
  const response = await transport.send({
    method: 'GET',
    path: withQuery(listing.path, { ...QUERY, labelSelector, fieldSelector, ...page }),
    accept: ACCEPT,
    timeoutMs: options.timeoutMs ?? listing.timeoutMs,
    signal: options.signal,
  });
  if (response.status === 406) throw noTables();
  if (response.status !== 200) throw statusFailure(response, subject, context);
  const table = (
    response.body.length <= WHOLE_BYTES
      ? parseJson(response, subject)
      : await inSlices(response.body, (body) => parseJson({ ...response, body }, subject))
  ) as Table;
  if (table.kind !== 'Table') throw noTables();
  return table;
}

/** A large answer, one row at a time. */
async function inSlices(body: Buffer, read: (part: Buffer) => unknown): Promise<object> {
  const pause = createSlicer();
  const rows: unknown[] = [];
  const parts = itemsOf(body, 'rows');
  let next = parts.next();
  while (!next.done) {
    rows.push(read(next.value));
    await pause();
    next = parts.next();
  }
  return { ...(read(Buffer.from(next.value)) as object), rows };
}

function noTables(): PortFailure {
  return new PortFailure('The API server makes no tables.', { reason: 'not-served' });
}
