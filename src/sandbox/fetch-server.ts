import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AuditLog } from './audit.ts';

export interface FetchServer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Node's own side of a request. */
export interface Connection {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

export interface FetchServerOptions {
  /** What the audit log calls this server. */
  readonly api: string;
  readonly audit: AuditLog;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly handler: (request: Request) => Promise<Response>;
}

/** Serves a handler of fetch's Request and Response on a free port of 127.0.0.1, and keeps the audit log. */
export function startFetchServer(options: FetchServerOptions): Promise<FetchServer> {
  const { api, audit, now, handler } = options;
  return serveFetch(async (request) => {
    const response = await handler(request);
    const { pathname, search } = new URL(request.url);
    audit.record({
      time: new Date(now()).toISOString(),
      api,
      user: '',
      verb: request.method.toLowerCase(),
      path: pathname + search,
      dryRun: false,
      code: response.status,
    });
    return response;
  });
}

/** The same, for a handler that keeps the audit log itself. */
export async function serveFetch(
  handler: (request: Request, connection: Connection) => Response | Promise<Response>,
): Promise<FetchServer> {
  // Loaded with the first request: fetch's classes take longer to load than the whole sandbox to start.
  let listener: Promise<RequestListener> | undefined;
  const listen = async (): Promise<RequestListener> => {
    const { getRequestListener } = await import('@hono/node-server');
    return getRequestListener((request, connection) => handler(request, connection as Connection));
  };
  const server = createServer(async (request, response) => {
    listener ??= listen();
    (await listener)(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
