import type { ApiRequest, ApiResponse, Transport } from './transport.ts';

const MOVED = new Set([301, 302, 307, 308]);
const MOST = 3;

/**
 * Reads follow a few redirects within the same server, as renamed projects and repositories give them.
 * One that leads elsewhere is an answer like any other: a token must not follow it.
 */
export function following(transport: Transport, server: string): Transport {
  const base = new URL(server);
  const prefix = base.pathname.replace(/\/+$/, '');
  return {
    open: (request) => transport.open(request),
    async send(request) {
      let response = await transport.send(request);
      for (let count = 0; count < MOST; count += 1) {
        const path = movedTo(request, response, base, prefix);
        if (path === undefined) return response;
        response = await transport.send({ ...request, path });
      }
      return response;
    },
  };
}

function movedTo(
  request: ApiRequest,
  { status, headers }: ApiResponse,
  base: URL,
  prefix: string,
): string | undefined {
  if (request.method !== 'GET' || !MOVED.has(status) || headers.location === undefined) return undefined;
  const target = URL.parse(headers.location, new URL(prefix + request.path, base).href);
  if (target === null || target.origin !== base.origin || !target.pathname.startsWith(`${prefix}/`))
    return undefined;
  return target.pathname.slice(prefix.length) + target.search;
}
