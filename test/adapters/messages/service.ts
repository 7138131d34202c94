import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** What it answers; 'silence': nothing, ever. */
export type Answering = (
  request: Received,
) =>
  | 'silence'
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly body: unknown };

/** A server on loopback that remembers what it was asked. */
export async function startService(answering: Answering) {
  const requests: Received[] = [];
  const server = createServer(async (request, response) => {
    const sent = await text(request);
    const received: Received = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: sent === '' ? undefined : JSON.parse(sent),
    };
    requests.push(received);
    const answer = answering(received);
    if (answer === 'silence') return;
    response.writeHead(answer.status ?? 200, answer.headers);
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
