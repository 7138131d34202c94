import type { AuditLog } from '../../audit.ts';
import { type Connection, type FetchServer, serveFetch } from '../../fetch-server.ts';
import type { FaultAnswer, FaultGate, SandboxClock } from '../../kubernetes/world-interfaces.ts';
import type { LogDocuments } from './log-documents.ts';

export interface ElasticsearchServerOptions {
  readonly documents: LogDocuments;
  /** Its requests have the group `elasticsearch`, the HTTP method as the verb, and what is searched as the name. */
  readonly faults: Pick<FaultGate, 'intercept'>;
  readonly audit: AuditLog;
  readonly clock: SandboxClock;
  readonly onError: (error: unknown) => void;
}

const API = 'elasticsearch';

/** Serves the search of Elasticsearch on a free port of 127.0.0.1; nobody has to log in. */
export function startElasticsearchServer(options: ElasticsearchServerOptions): Promise<FetchServer> {
  return serveFetch(async (request, connection) => {
    const { pathname, search } = new URL(request.url);
    const response = await answered(request, connection, options);
    options.audit.record({
      time: new Date(options.clock.now()).toISOString(),
      api: API,
      user: '',
      verb: verbOf(request.method, pathname),
      path: pathname + search,
      dryRun: false,
      code: response?.status ?? 0,
    });
    return response ?? lost(connection);
  });
}

/** A search is posted, and changes nothing: it is called what it is. */
function verbOf(method: string, pathname: string): string {
  return /\/_(search|count)$/.exec(pathname)?.[1] ?? method.toLowerCase();
}

/** Undefined: the connection is to be closed without an answer. */
async function answered(
  request: Request,
  _connection: Connection,
  options: ElasticsearchServerOptions,
): Promise<Response | undefined> {
  const { documents, faults, clock, onError } = options;
  // loaded with the first request: a world in which nobody searches starts without
  const { answerElasticsearch, json } = await import('./answer.ts');
  const url = new URL(request.url);
  const [name = '', resource = ''] = url.pathname.split('/').slice(1);
  const fault = faults.intercept({
    user: '',
    verb: request.method.toLowerCase(),
    group: API,
    resource: resource === '' ? name : resource,
    ...(resource === '' ? {} : { name: decoded(name) }),
    dryRun: false,
  });
  if (fault !== undefined && ('drop' in fault || 'dropAnswer' in fault)) return undefined;
  if (fault !== undefined && 'respond' in fault) {
    const { status, body } = refusal(fault.respond);
    return json(request, body, status);
  }
  if (fault !== undefined && 'delayMs' in fault)
    await new Promise<void>((resolve) => clock.after(fault.delayMs, resolve));
  try {
    const now = clock.now();
    const { method, headers } = request;
    const text = method === 'GET' || method === 'POST' ? await request.text() : '';
    return answerElasticsearch({ method, url, headers, text, documents: documents.all(now), now });
  } catch (error) {
    onError(error);
    return json(request, { error: { type: 'exception', reason: 'internal error' }, status: 500 }, 500);
  }
}

type Refusal = Extract<FaultAnswer, { readonly respond: object }>['respond'];

const REFUSALS: Readonly<Record<number, readonly [type: string, reason: string]>> = {
  401: ['security_exception', 'missing authentication credentials for REST request'],
  403: ['security_exception', 'action [indices:data/read/search] is unauthorized for user [rollbook]'],
  429: ['es_rejected_execution_exception', 'rejected execution of search: queue capacity is full'],
  503: ['cluster_block_exception', 'blocked by: [SERVICE_UNAVAILABLE/2/no master];'],
};

function refusal({ code, message }: Refusal): { readonly status: number; readonly body: object } {
  const [type, words] = REFUSALS[code] ?? ['exception', 'the scenario wants it so'];
  const cause = { type, reason: typeof message === 'string' ? message : words };
  return { status: code, body: { error: { root_cause: [cause], ...cause }, status: code } };
}

function lost({ incoming }: Connection): Response {
  incoming.socket.destroy();
  return new Response(null, { status: 503 });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
