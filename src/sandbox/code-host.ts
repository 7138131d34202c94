import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { MiddlewareHandler } from 'hono';
import type { AuditLog } from './audit.ts';
import type { Connection } from './fetch-server.ts';
import type { FaultGate, RequestAttributes, SandboxClock } from './kubernetes/world-interfaces.ts';

/** What the middleware of a code host (GitLab, GitHub) keeps of a request. */
export interface CodeHostVariables {
  /** Empty for an anonymous caller. */
  username: string;
  dryRun: boolean;
  /** The connection was closed without an answer. */
  dropped: boolean;
}

export interface CodeHostOptions {
  /** What the audit log calls the host, and the group of its requests in a scenario's faults. */
  readonly api: 'gitlab' | 'github';
  readonly audit: AuditLog;
  readonly clock: SandboxClock;
  readonly faults: Pick<FaultGate, 'intercept'> | undefined;
}

type CodeHostMiddleware = MiddlewareHandler<{ Bindings: Connection; Variables: CodeHostVariables }>;

/** The parts of a request's path, decoded where they can be. */
export function segmentsOf({ url }: Request): readonly string[] {
  return new URL(url).pathname
    .split('/')
    .slice(1)
    .map((segment) => {
      try {
        return decodeURIComponent(segment);
      } catch {
        return segment;
      }
    });
}

/** A request's address without the tokens that GitLab takes in a query. */
export function addressOf({ url }: Request): URL {
  const address = new URL(url);
  // Untouched when there is none: writing a query anew would encode it otherwise.
  for (const name of ['private_token', 'access_token', 'job_token'])
    if (address.searchParams.has(name)) address.searchParams.delete(name);
  return address;
}

/** Writes the audit log's line of each request, before the answer goes out. */
export function audited({ api, audit, clock }: CodeHostOptions): CodeHostMiddleware {
  return async (c, next) => {
    c.set('username', '');
    await next();
    const { pathname, search } = addressOf(c.req.raw);
    audit.record({
      time: new Date(clock.now()).toISOString(),
      api,
      user: c.get('username'),
      verb: c.req.method.toLowerCase(),
      path: pathname + search,
      dryRun: c.get('dryRun') ?? false,
      code: c.get('dropped') ? 0 : c.res.status,
    });
  };
}

/** How a host words the refusal that a scenario asks for. */
export interface CodeHostFault {
  readonly code: number;
  readonly message?: string;
  readonly retryAfterSeconds?: number;
}

export interface FaultedOptions extends CodeHostOptions {
  /** What a request is about, in a fault's words. */
  readonly attributes: (
    request: Request,
  ) => Pick<RequestAttributes, 'resource' | 'subresource' | 'namespace' | 'name'>;
  readonly refusal: (fault: CodeHostFault) => Response;
}

/** Lets a scenario's faults answer, delay or lose a request; after authentication, before anything is done. */
export function faulted(options: FaultedOptions): CodeHostMiddleware {
  const { api, clock, faults, attributes, refusal } = options;
  return async (c, next) => {
    const drop = () => {
      c.set('dropped', true);
      c.env.incoming.socket.destroy();
      return RESPONSE_ALREADY_SENT;
    };
    const answer = faults?.intercept({
      ...attributes(c.req.raw),
      user: c.get('username'),
      verb: c.req.method.toLowerCase(),
      group: api,
      dryRun: c.get('dryRun') ?? false,
    });
    if (answer === undefined) return next();
    if ('respond' in answer) return refusal(answer.respond);
    if ('drop' in answer) return drop();
    if ('delayMs' in answer) {
      await new Promise<void>((resolve) => clock.after(answer.delayMs, resolve));
      return next();
    }
    await next();
    c.res = drop();
    return undefined;
  };
}
