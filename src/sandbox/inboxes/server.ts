import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { AuditLog } from '../audit.ts';
import type { Connection } from '../fetch-server.ts';
import type { FaultGate, SandboxClock } from '../kubernetes/world-interfaces.ts';
import { SLACK_API, STATUSPAGE_API } from './inboxes-spec.ts';
import { emptyMail, type Mail } from './mail.ts';
import { overview } from './page.ts';
import { slackApi, slackWebhook } from './slack.ts';
import { statuspageApi } from './statuspage.ts';
import { teamsWebhook } from './teams.ts';

export interface InboxesOptions {
  readonly audit: AuditLog;
  readonly clock: SandboxClock;
  readonly faults: Pick<FaultGate, 'intercept'> | undefined;
}

type Service = 'slack' | 'teams' | 'statuspage' | 'inboxes';

/** Slack, Teams and Statuspage, as far as a message needs them; `/` tells everything that arrived. */
export function inboxesHandler(options: InboxesOptions) {
  const { audit, clock, faults } = options;
  const mail = emptyMail();
  const now = () => clock.now();
  const passing = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve));
  return async (request: Request, connection: Connection): Promise<Response> => {
    const { pathname } = new URL(request.url);
    const service = serviceOf(pathname);
    const verb = request.method.toLowerCase();
    const answered = (response: Response, code = response.status) => {
      audit.record({
        time: new Date(now()).toISOString(),
        api: service,
        user: service === 'inboxes' ? '' : 'rollbook',
        verb,
        // the rest of a webhook's address is its secret
        path: resourceOf(pathname),
        dryRun: false,
        code,
      });
      return response;
    };
    const drop = () => {
      connection.incoming.socket.destroy();
      return answered(RESPONSE_ALREADY_SENT, 0);
    };
    const fault = faults?.intercept({
      user: 'rollbook',
      verb,
      group: service,
      resource: resourceOf(pathname).split('/').at(-1) ?? '',
      dryRun: false,
    });
    if (fault !== undefined) {
      if ('respond' in fault) return answered(refusal(service, fault.respond));
      if ('drop' in fault) return drop();
      if ('delayMs' in fault && fault.afterwards !== true) await passing(fault.delayMs);
    }
    const response = await answer(request, service, { mail, now });
    if (fault !== undefined && 'dropAnswer' in fault) return drop();
    answered(response);
    if (fault !== undefined && 'delayMs' in fault && fault.afterwards === true) await passing(fault.delayMs);
    return response;
  };
}

function serviceOf(path: string): Service {
  const [, first] = path.split('/');
  return first === 'slack' || first === 'teams' || first === 'statuspage' ? first : 'inboxes';
}

/** `/slack/api/chat.postMessage`, `/slack/webhook`, `/teams/webhook`, `/statuspage/v1/…/incidents`. */
function resourceOf(path: string): string {
  if (path.startsWith(`${SLACK_API}/`)) return path;
  if (path.startsWith('/slack/')) return '/slack/webhook';
  if (path.startsWith('/teams/')) return '/teams/webhook';
  const [, root, version, , , resource] = path.split('/');
  return root === 'statuspage' ? `/statuspage/${version}/${resource ?? ''}` : path;
}

function answer(
  request: Request,
  service: Service,
  inbox: { readonly mail: Mail; readonly now: () => number },
): Response | Promise<Response> {
  const { pathname } = new URL(request.url);
  switch (service) {
    case 'slack':
      return pathname.startsWith(`${SLACK_API}/`) ? slackApi(request, inbox) : slackWebhook(request, inbox);
    case 'teams':
      return teamsWebhook(request, inbox);
    case 'statuspage':
      return pathname.startsWith(`${STATUSPAGE_API}/`)
        ? statuspageApi(request, inbox)
        : Response.json({ error: 'Not found' }, { status: 404 });
    case 'inboxes':
      return pathname === '/' ? overview(request, inbox.mail) : new Response('Not found', { status: 404 });
  }
}

/** Each says no in its own way: a word, a code with a body, nothing but a code. */
function refusal(
  service: Service,
  { code, message, retryAfterSeconds }: { readonly code: number; readonly [field: string]: unknown },
): Response {
  const headers =
    typeof retryAfterSeconds === 'number' ? { 'retry-after': String(retryAfterSeconds) } : undefined;
  const init = { status: code, ...(headers === undefined ? {} : { headers }) };
  const said = typeof message === 'string' ? message : undefined;
  if (service === 'statuspage') return Response.json({ error: said ?? 'Statuspage is not available' }, init);
  if (service === 'slack' && code === 429) return Response.json({ ok: false, error: 'ratelimited' }, init);
  return new Response(said ?? '', init);
}
