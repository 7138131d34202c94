import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Reply } from './api-call.ts';

/** Sends a JSON value, or YAML to those who accept nothing else. */
export async function sendJson(
  response: ServerResponse,
  code: number,
  body: unknown,
  options: { readonly contentType?: string; readonly yaml?: boolean } = {},
): Promise<void> {
  const text = options.yaml === true ? (await import('yaml')).stringify(body) : `${JSON.stringify(body)}\n`;
  const contentType =
    options.contentType ?? (options.yaml === true ? 'application/yaml' : 'application/json');
  response.writeHead(code, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-cache, private',
  });
  response.end(text);
}

/** RFC 7234, as the API server quotes it. */
export function setWarnings(response: ServerResponse, warnings: readonly string[]): void {
  if (warnings.length === 0) return;
  response.setHeader(
    'warning',
    warnings.map((text) => `299 - ${JSON.stringify(text)}`),
  );
}

/** Sends a reply; resolves when all of it is on its way, for a stream when it has begun. */
export async function sendReply(response: ServerResponse, reply: Reply, yaml: boolean): Promise<void> {
  switch (reply.kind) {
    case 'json':
      return sendJson(response, reply.code, reply.body, { yaml });
    case 'text':
      if (reply.delayMs !== undefined) await delay(reply.delayMs);
      response.writeHead(reply.code, { 'content-type': 'text/plain', ...reply.headers });
      response.end(reply.text);
      return;
    case 'stream': {
      response.writeHead(200, { 'content-type': reply.contentType, 'cache-control': 'no-cache, private' });
      response.flushHeaders();
      const close = reply.open({
        write: (text) => response.write(text),
        end: () => response.end(),
      });
      if (response.closed) close();
      else response.once('close', close);
      return;
    }
  }
}
