import type { Clock } from '../../ports/clock.ts';
import { PortFailure } from '../../ports/failure.ts';
import { following } from '../redirects.ts';
import { retrying } from '../retrying.ts';
import { createToken, type Token, type TokenSource } from '../secret-token.ts';
import { type Credentials, createTransport, type Transport } from '../transport.ts';
import { trustedWith } from '../trusted.ts';

export interface GitLabOptions {
  /** 'https://gitlab.example.com', with a path where it is served under one. */
  readonly url: string;
  readonly token?: TokenSource;
  /** How the token is sent; that of a CI job has a header of its own. */
  readonly tokenKind?: 'private' | 'job';
  /** PEM file with authorities to trust besides the usual ones. */
  readonly caFile?: string;
  /** Where HTTPS_PROXY, HTTP_PROXY and NO_PROXY are looked up. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Hears of every token before it is used, to keep it out of what is written. */
  readonly onToken?: (token: string) => void;
  /** Deadline of a call that sets none, in milliseconds; 20 s when absent. */
  readonly timeoutMs?: number;
  /** 0 ≤ x < 1; spreads retries. */
  readonly random?: () => number;
}

/** One GitLab server, as both its reads and its writes are sent to it. */
export interface Connection {
  readonly url: string;
  readonly host: string;
  readonly transport: Transport;
  readonly token: Token;
  readonly tokenKind: 'private' | 'job';
  readonly clock: Clock;
  readonly timeoutMs: number;
}

const REQUEST = 'The request to GitLab';

/** Throws PortFailure 'not-configured' for an address or a file of authorities that cannot be used. */
export function connectTo(options: GitLabOptions): Connection {
  const { clock, random = Math.random, timeoutMs = 20_000, tokenKind = 'private' } = options;
  const url = options.url.replace(/\/+$/, '');
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    throw new PortFailure(`"${options.url}" is not the address of a GitLab server.`, {
      reason: 'not-configured',
      next: 'It must begin with https://; set GITLAB_HOST, or gitlab.host in rollbook.yaml.',
    });
  }
  const ca = trustedWith(options.caFile);
  const token = createToken(options.token ?? {}, 'GitLab', options.onToken);
  const credentials: Credentials = {
    async authorize() {
      const value = await token.get();
      return {
        headers: value === undefined ? {} : authorization(value, tokenKind),
        agent: undefined,
        ...(ca === undefined ? {} : { ca }),
      };
    },
    forget: () => token.forget(),
  };
  const called = { server: 'GitLab', request: REQUEST, proxyEnv: options.env ?? {} };
  const transport = following(
    retrying(createTransport(url, credentials, called), clock, random, REQUEST),
    url,
  );
  return { url, host: parsed.host, transport, token, tokenKind, clock, timeoutMs };
}

function authorization(token: string, kind: Connection['tokenKind']): Record<string, string> {
  if (kind === 'job') return { 'job-token': token };
  return isOAuth(token) ? { authorization: `Bearer ${token}` } : { 'private-token': token };
}

/** Tokens of a login in the browser, as GitLab's command line keeps them, are known by their form alone. */
export function isOAuth(token: string | undefined): boolean {
  return token !== undefined && /^[0-9a-f]{64}$/.test(token);
}

/** The same server, over which nothing can be changed, whoever holds it and whatever is asked of it. */
export function readOnly(connection: Connection): Connection {
  const { transport } = connection;
  const refuse = (method: string): void => {
    if (method === 'GET' || method === 'HEAD') return;
    throw new PortFailure(`Refused here: this connection to GitLab can only read, and ${method} writes.`, {
      reason: 'read-only',
    });
  };
  return {
    ...connection,
    transport: {
      async send(request) {
        refuse(request.method);
        return transport.send(request);
      },
      async open(request) {
        refuse(request.method);
        return transport.open(request);
      },
    },
  };
}
