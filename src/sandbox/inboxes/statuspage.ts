import { PAGE, PAGE_KEY, STATUSPAGE_API } from './inboxes-spec.ts';
import type { IncidentMail, Mail } from './mail.ts';
import { asRecord } from './slack-rules.ts';

interface StatuspageInbox {
  readonly mail: Mail;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const STATUSES = ['investigating', 'identified', 'monitoring', 'resolved'];
const IMPACTS = ['none', 'maintenance', 'minor', 'major', 'critical'];
const COMPONENTS = [
  'operational',
  'under_maintenance',
  'degraded_performance',
  'partial_outage',
  'major_outage',
];
const FIELDS = [
  ...['name', 'status', 'body', 'impact_override', 'components', 'component_ids'],
  ...['deliver_notifications', 'metadata'],
];

const problem = (status: number, error: string | readonly string[]) => Response.json({ error }, { status });

/** Statuspage's API, as far as incidents and components go. */
export async function statuspageApi(request: Request, inbox: StatuspageInbox): Promise<Response> {
  const { mail } = inbox;
  if (request.headers.get('authorization') !== `OAuth ${PAGE_KEY}`)
    return problem(401, 'Could not authenticate');
  const path = new URL(request.url).pathname.slice(STATUSPAGE_API.length);
  const [, root, page, resource, id] = path.split('/');
  if (root !== 'pages' || page !== PAGE) return problem(404, 'Not found');
  const all = [...mail.incidents.values()].toReversed();
  switch (`${request.method} ${resource}`) {
    case 'GET components':
      return Response.json(mail.components);
    case 'GET incidents': {
      if (id === undefined) return Response.json(all);
      if (id === 'unresolved') return Response.json(all.filter(({ status }) => status !== 'resolved'));
      const found = mail.incidents.get(id);
      return found === undefined ? problem(404, 'Not found') : Response.json(found);
    }
    case 'POST incidents':
      return id === undefined ? write(await json(request), undefined, inbox) : problem(404, 'Not found');
    case 'PATCH incidents': {
      const before = mail.incidents.get(id ?? '');
      return before === undefined ? problem(404, 'Not found') : write(await json(request), before, inbox);
    }
    default:
      return problem(404, 'Not found');
  }
}

function write(body: unknown, before: IncidentMail | undefined, inbox: StatuspageInbox): Response {
  const { mail, now } = inbox;
  if (body === undefined) return problem(400, 'The request could not be read');
  const given = asRecord(asRecord(body).incident);
  const problems = problemsOf(given, before, mail);
  if (problems.length > 0) return problem(422, problems);
  const at = new Date(now()).toISOString();
  const number = String(mail.incidents.size + 1).padStart(4, '0');
  const status = String(given.status ?? before?.status ?? 'investigating');
  const said = typeof given.body === 'string' ? given.body : '';
  const updates = before?.incident_updates ?? [];
  const incident: IncidentMail = {
    id: before?.id ?? `incident${number}`,
    name: String(given.name ?? before?.name),
    status,
    impact: String(given.impact_override ?? before?.impact ?? 'none'),
    shortlink: before?.shortlink ?? `https://stspg.test/${number}`,
    created_at: before?.created_at ?? at,
    updated_at: at,
    metadata: given.metadata ?? before?.metadata ?? {},
    incident_updates: [
      {
        id: `update${number}${updates.length + 1}`,
        status,
        body: said,
        deliver_notifications: given.deliver_notifications !== false,
        created_at: at,
      },
      ...updates,
    ],
  };
  const states = asRecord(given.components);
  mail.components = mail.components.map((one) => ({ ...one, status: String(states[one.id] ?? one.status) }));
  mail.incidents.set(incident.id, incident);
  return Response.json(incident, { status: before === undefined ? 201 : 200 });
}

function problemsOf(
  given: Readonly<Record<string, unknown>>,
  before: IncidentMail | undefined,
  { components }: Mail,
): readonly string[] {
  const known = components.map(({ id }) => id);
  const states = Object.entries(asRecord(given.components));
  const ids = Array.isArray(given.component_ids) ? given.component_ids.map(String) : [];
  return [
    ...(before === undefined && (typeof given.name !== 'string' || given.name.trim() === '')
      ? ["Name can't be blank"]
      : []),
    ...(given.status === undefined || STATUSES.includes(String(given.status))
      ? []
      : ['Status is not included in the list']),
    ...(given.impact_override === undefined || IMPACTS.includes(String(given.impact_override))
      ? []
      : ['Impact override is not included in the list']),
    ...(given.deliver_notifications === undefined || typeof given.deliver_notifications === 'boolean'
      ? []
      : ['Deliver notifications is not true or false']),
    ...states.flatMap(([id, state]) => [
      ...(known.includes(id) ? [] : [`Component ${id} does not exist`]),
      ...(COMPONENTS.includes(String(state)) ? [] : [`Component status ${String(state)} is not valid`]),
    ]),
    ...ids.filter((id) => !known.includes(id)).map((id) => `Component ${id} does not exist`),
    ...Object.keys(given).flatMap((name) =>
      FIELDS.includes(name) ? [] : [`found unpermitted parameter: ${name}`],
    ),
  ];
}

async function json(request: Request): Promise<unknown> {
  try {
    return JSON.parse(await request.text());
  } catch {
    return undefined;
  }
}
