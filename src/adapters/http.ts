import { PortFailure } from '../ports/failure.ts';
import type { HttpReadRequest, HttpReads, HttpResponse } from '../ports/http.ts';
import { cancelledFailure, networkFailure, timeoutFailure } from './network-failure.ts';

const DEFAULT_BODY_BYTES = 64 * 1024;

/** Reads over Node's own fetch. A redirect is a response like any other: a login page must not pass for health. */
export function createHttpReads(): HttpReads {
  return { read };
}

async function read(request: HttpReadRequest): Promise<HttpResponse> {
  const { url, authorization } = withoutCredentials(request.url);
  const deadline = AbortSignal.timeout(request.timeoutMs);
  const signal = request.signal === undefined ? deadline : AbortSignal.any([deadline, request.signal]);
  const started = performance.now();
  let answered = false;
  try {
    const response = await fetch(url, {
      method: request.method ?? 'GET',
      headers: { ...authorization, ...request.headers },
      redirect: 'manual',
      signal,
    });
    answered = true;
    const { body, truncated } = await readBody(response, request.maxBodyBytes ?? DEFAULT_BODY_BYTES);
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body,
      truncated,
      durationMs: performance.now() - started,
    };
  } catch (error) {
    if (request.signal?.aborted) throw cancelledFailure(`The request to ${url.host}`, error);
    // fetch does not tell connecting from waiting; an answer that has begun is the only certain sign
    throw deadline.aborted
      ? timeoutFailure(url.host, request.timeoutMs, answered)
      : networkFailure(error, url.host);
  }
}

/** fetch refuses credentials in a URL, and nothing that is shown or journalled should have them. */
function withoutCredentials(text: string): {
  readonly url: URL;
  readonly authorization: Record<string, string>;
} {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new PortFailure(`"${text}" is not an address that can be read.`, {
      reason: 'invalid',
      next: 'It must begin with http:// or https://.',
    });
  }
  if (url.username === '' && url.password === '') return { url, authorization: {} };
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  url.username = '';
  url.password = '';
  return { url, authorization: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } };
}

async function readBody(response: Response, limit: number): Promise<{ body: string; truncated: boolean }> {
  const decoder = new TextDecoder();
  let body = '';
  let left = limit;
  for await (const chunk of response.body ?? []) {
    if (chunk.length > left) {
      // leaving the loop cancels the rest
      return { body: body + decoder.decode(chunk.subarray(0, left)), truncated: true };
    }
    body += decoder.decode(chunk, { stream: true });
    left -= chunk.length;
  }
  return { body: body + decoder.decode(), truncated: false };
}
