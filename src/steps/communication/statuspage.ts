import { z } from 'zod';
import type { JsonObject } from '../../ports/json.ts';
import type {
  ComponentStatus,
  StatuspageComponent,
  StatuspageIncident,
  StatuspageReads,
} from '../../ports/messages.ts';
import { neutralise } from '../../prose/neutralise.ts';
import { type DiffLine, defineKind, type Plan, StepFailure } from '../step-kind.ts';
import { curlLine, deliver, landedAs, lookup } from './delivery.ts';
import { cut, markerFor } from './message.ts';

const status = z.enum(['investigating', 'identified', 'monitoring', 'resolved']);
const impact = z.enum(['none', 'minor', 'major', 'critical']);
const componentStatus = z.enum([
  'operational',
  'under_maintenance',
  'degraded_performance',
  'partial_outage',
  'major_outage',
]);

const data = z.object({
  /** Absent: a new one is opened. */
  incident: z.string().optional(),
  name: z.string(),
  status,
  impact: impact.optional(),
  body: z.string(),
  components: z.record(z.string(), componentStatus).optional(),
  notify: z.boolean(),
  marker: z.string(),
  /** Updates that it had when this was planned. */
  known: z.int(),
});
type Data = z.infer<typeof data>;

const NOTHING = { summary: 'nothing to move on', evidence: [], outputs: { incident: null, url: null } };
const NAME = 200;
const BODY = 5_000;

/** Tells the users, on the status page. */
export const statuspage = defineKind({
  kind: 'statuspage',
  description: 'Opens an incident on a Statuspage, or moves it on, once; a session never stops for it.',
  schema: z
    .strictObject({
      name: z.string().min(1).optional().describe('The title of a new incident, for the public.'),
      incident: z
        .string()
        .optional()
        .describe(
          'The incident to move on: the output `incident` of the step that opened it. Empty: there is none, and nothing is done.',
        ),
      status: status.describe('How far it is.'),
      message: z.string().min(1).describe('What users are told: plain text.'),
      impact: impact.optional().describe('How bad it is; when absent, Statuspage goes by the components.'),
      components: z
        .record(z.string(), componentStatus)
        .default({})
        .describe('Components by name or id, each with the state it gets.'),
      notify: z.boolean().default(true).describe('Whether subscribers get a message.'),
    })
    .refine((given) => given.incident !== undefined || given.name !== undefined, {
      path: ['name'],
      message: 'a new incident needs a name',
    }),
  risk: 'change',
  notifies: true,
  outputs: {
    incident: 'The id of the incident, for later steps that move it on.',
    url: 'Where the public reads it; null when Statuspage does not say.',
  },
  window: { forMs: 0, withinMs: 10_000, everyMs: 2_000 },
  describe: ({ name, status: to }) => `Status page: ${name === undefined ? to : `${name} (${to})`}`,
  plan: async (params, context) => {
    if (params.incident === '') return nothingOpened(params.status);
    const reads = await context.ports.statuspage();
    const options = { signal: context.signal };
    const wanted = Object.entries(params.components);
    const [all, before, open] = await Promise.all([
      wanted.length === 0 ? [] : reads.components(options),
      params.incident === undefined ? undefined : reads.incident(params.incident, options),
      params.incident === undefined ? reads.unresolved(options) : [],
    ]);
    const changes = wanted.map(([name, to]) => ({ ...componentOf(name, all, reads), to }));
    const body = cut(neutralise(params.message, { multiline: true }).trim(), BODY);
    const content = {
      ...(params.incident === undefined ? {} : { incident: params.incident }),
      name: before?.name ?? cut(neutralise(params.name ?? '').trim(), NAME),
      status: params.status,
      ...(params.impact === undefined ? {} : { impact: params.impact }),
      body,
      ...(changes.length === 0
        ? {}
        : { components: Object.fromEntries(changes.map(({ id, to }) => [id, to])) }),
      notify: params.notify,
      marker: markerFor(['statuspage', reads.page, params.incident, params.status, body], context),
      known: before?.updates.length ?? 0,
    };
    return planOf(content, { reads, before, changes, open });
  },
  run: async (plan, { ports, signal }) => {
    if (plan.alreadyDone) return NOTHING;
    const wanted = data.parse(plan.data);
    const port = await ports.statuspage();
    const { incident: id, name, impact: level, marker, known: _known, components, ...said } = wanted;
    const update = { ...said, ...(components === undefined ? {} : { components }) };
    const written = await deliver(
      () =>
        id === undefined
          ? port.open(
              { ...update, name, marker, ...(level === undefined ? {} : { impact: level }) },
              { signal },
            )
          : port.update({ ...update, id }, { signal }),
      () => found(wanted, port, signal),
      signal,
    );
    return { summary: wanted.status, evidence: [`"${name}" is ${written.status}`], outputs: named(written) };
  },
  observe: async (plan, { ports, signal }) => {
    if (plan.alreadyDone) return { ...NOTHING, holds: true };
    const wanted = data.parse(plan.data);
    const seen = await found(wanted, await ports.statuspage(), signal);
    return {
      holds: seen !== undefined,
      summary: seen === undefined ? 'not on the page yet' : wanted.status,
      evidence: seen === undefined ? [] : [`on the page: "${seen.name}" is ${seen.status}`],
      outputs: seen === undefined ? {} : named(seen),
    };
  },
  probe: async (plan, { ports, signal }) => {
    const seen = await found(data.parse(plan.data), await ports.statuspage(), signal);
    return landedAs(seen !== undefined, 'on the status page');
  },
});

interface Around {
  readonly reads: StatuspageReads;
  readonly before: StatuspageIncident | undefined;
  readonly changes: readonly (StatuspageComponent & { readonly to: ComponentStatus })[];
  /** Incidents that are open already, where a new one is to be opened. */
  readonly open: readonly StatuspageIncident[];
}

function planOf(content: Data, { reads, before, changes, open }: Around): Plan {
  const { incident, name, status: to, impact: level, body, notify } = content;
  const was = before === undefined ? [] : [line('removed', before.status)];
  const diff: readonly DiffLine[] = [
    line('same', name),
    ...was,
    line('added', to),
    ...(level === undefined ? [] : [line('added', `impact: ${level}`)]),
    ...body.split('\n').map((text) => line('added', text)),
    ...changes.flatMap(({ name: of, status: from, to: now }) =>
      from === now
        ? [line('same', `${of}: ${now}`)]
        : [line('removed', `${of}: ${from}`), line('added', `${of}: ${now}`)],
    ),
  ];
  const at = `https://api.statuspage.io/v1/pages/${encodeURIComponent(reads.page)}/incidents`;
  return {
    summary:
      incident === undefined ? `a new incident, ${to}: ${name}` : `"${name}" ${before?.status} -> ${to}`,
    effects: [
      {
        verb: incident === undefined ? 'create' : 'patch',
        target: `incident/${incident ?? reads.page}`,
        summary:
          incident === undefined
            ? `a new incident on the public page ${reads.page}`
            : `the incident becomes ${to}, in public`,
        diff,
        command:
          incident === undefined
            ? curlLine('POST', at, 'OAuth $STATUSPAGE_API_KEY')
            : curlLine('PATCH', `${at}/${encodeURIComponent(incident)}`, 'OAuth $STATUSPAGE_API_KEY'),
      },
    ],
    risk: 'change',
    preconditions: [],
    permissions: [],
    facts: [notify ? 'subscribers are notified' : 'subscribers are not notified'],
    warnings: [
      'It cannot be undone: users read it at once.',
      ...open.map((one) => `Another incident is open already: "${one.name}" (${one.status}).`),
    ],
    data: JSON.parse(JSON.stringify(content)) as JsonObject,
  };
}

const line = (change: DiffLine['change'], text: string): DiffLine => ({ change, text: neutralise(text) });

function nothingOpened(to: string): Plan {
  return {
    summary: `no incident was opened, so none becomes ${to}`,
    effects: [],
    risk: 'safe',
    preconditions: [],
    permissions: [],
    facts: [],
    warnings: [],
    alreadyDone: true,
    data: {},
  };
}

function componentOf(wanted: string, all: readonly StatuspageComponent[], { page }: StatuspageReads) {
  const found = all.find(({ id }) => id === wanted) ?? all.find(({ name }) => name === wanted);
  if (found !== undefined) return found;
  throw new StepFailure(`The status page ${page} has no component "${wanted}".`, {
    next: `Name one of: ${all.map(({ name }) => neutralise(name)).join(', ') || 'it has none'}.`,
  });
}

/** A new incident by its marker; an update by what it says, among those that were not there before. */
async function found(
  { incident, marker, body, status: of, known }: Data,
  reads: StatuspageReads,
  signal: AbortSignal,
): Promise<StatuspageIncident | undefined> {
  if (incident === undefined)
    return (await reads.unresolved(lookup(signal))).find((one) => one.marker === marker);
  const now = await reads.incident(incident, lookup(signal));
  const fresh = now.updates.slice(0, Math.max(0, now.updates.length - known));
  return fresh.some((update) => update.status === of && sameText(update.body, body)) ? now : undefined;
}

/** The page may send a text back with other ends of lines. */
function sameText(one: string, other: string): boolean {
  const plain = (text: string) => text.replaceAll(/\s+/g, ' ').trim();
  return plain(one) === plain(other);
}

function named({ id, url }: StatuspageIncident) {
  return { incident: id, url: url ?? null };
}
