import { z } from 'zod';
import type { Clock } from '../../ports/clock.ts';
import { PortFailure } from '../../ports/failure.ts';
import type { ReadOptions } from '../../ports/kubernetes.ts';
import type { Statuspage, StatuspageIncident, StatuspageReads } from '../../ports/messages.ts';
import { createToken, type TokenSource } from '../secret-token.ts';
import { connectTo, jsonOf, readOnly, type Service, serviceFailure } from './service.ts';

export interface StatuspageOptions {
  readonly key?: TokenSource;
  readonly page?: string;
  /** Of the API; https://api.statuspage.io/v1 when absent. */
  readonly url?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly onSecret?: (secret: string) => void;
  readonly timeoutMs?: number;
}

const API = 'https://api.statuspage.io/v1';

const incident = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  shortlink: z.string().nullish(),
  incident_updates: z.array(z.object({ status: z.string(), body: z.string().nullish() })).default([]),
  metadata: z.object({ rollbook: z.object({ marker: z.string() }).partial().optional() }).nullish(),
});
const component = z.object({ id: z.string(), name: z.string(), status: z.string() });

/** Statuspage, to read from. Throws PortFailure 'not-configured' without a key and a page. */
export async function createStatuspageReads(options: StatuspageOptions): Promise<StatuspageReads> {
  const { page, service } = await connected(options);
  return reads(readOnly(service), page, options.clock);
}

/** The same with writes. */
export async function createStatuspage(options: StatuspageOptions): Promise<Statuspage> {
  const { page, service } = await connected(options);
  const { clock } = options;
  const write = async (method: 'POST' | 'PATCH', path: string, body: object, given?: ReadOptions) =>
    toIncident(await answer(service, clock, incident, { method, path, body: { incident: body } }, given));
  return {
    ...reads(service, page, clock),
    open: ({ name, status, impact, body, components, notify, marker }, given) =>
      write(
        'POST',
        `/pages/${encodeURIComponent(page)}/incidents`,
        {
          name,
          status,
          body,
          ...(impact === undefined ? {} : { impact_override: impact }),
          ...affected(components),
          deliver_notifications: notify,
          metadata: { rollbook: { marker } },
        },
        given,
      ),
    update: ({ id, status, body, components, notify }, given) =>
      write(
        'PATCH',
        `/pages/${encodeURIComponent(page)}/incidents/${encodeURIComponent(id)}`,
        { status, body, ...affected(components), deliver_notifications: notify },
        given,
      ),
  };
}

function affected(components: Readonly<Record<string, string>> | undefined) {
  return components === undefined ? {} : { components, component_ids: Object.keys(components) };
}

async function connected(options: StatuspageOptions): Promise<{ page: string; service: Service }> {
  const { page, url = API, clock, env, timeoutMs } = options;
  const key = createToken(options.key ?? {}, 'Statuspage', options.onSecret);
  if (page === undefined || (await key.get()) === undefined)
    throw new PortFailure('No Statuspage is configured for this session.', {
      reason: 'not-configured',
      next: 'Set STATUSPAGE_API_KEY and STATUSPAGE_PAGE_ID, or statuspage in rollbook.yaml.',
    });
  const service = connectTo({
    name: 'Statuspage',
    url: url.replace(/\/+$/, ''),
    authorize: async () => ({ authorization: `OAuth ${await key.get()}` }),
    clock,
    ...(env === undefined ? {} : { env }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  return { page, service };
}

function reads(service: Service, page: string, clock: Clock): StatuspageReads {
  const at = `/pages/${encodeURIComponent(page)}`;
  const get = <T>(path: string, schema: z.ZodType<T>, given?: ReadOptions) =>
    answer(service, clock, schema, { method: 'GET', path: at + path }, given);
  return {
    page,
    components: (given) => get('/components', z.array(component), given),
    unresolved: async (given) =>
      (await get('/incidents/unresolved', z.array(incident), given)).map(toIncident),
    incident: async (id, given) =>
      toIncident(await get(`/incidents/${encodeURIComponent(id)}`, incident, given)),
  };
}

async function answer<T>(
  service: Service,
  clock: Clock,
  schema: z.ZodType<T>,
  request: Parameters<Service['send']>[0],
  options: ReadOptions | undefined,
): Promise<T> {
  const response = await service.send(request, options);
  if (response.status < 200 || response.status > 299) throw serviceFailure(service, response, clock.now());
  const parsed = schema.safeParse(jsonOf(response));
  if (parsed.success) return parsed.data;
  throw new PortFailure(`What answers at ${service.host} is not Statuspage.`, {
    reason: 'unexpected',
    next: 'Check statuspage.url in rollbook.yaml.',
  });
}

function toIncident(given: z.infer<typeof incident>): StatuspageIncident {
  const { id, name, status, shortlink, incident_updates, metadata } = given;
  const marker = metadata?.rollbook?.marker;
  return {
    id,
    name,
    status,
    ...(shortlink ? { url: shortlink } : {}),
    updates: incident_updates.map(({ status: of, body }) => ({ status: of, body: body ?? '' })),
    ...(marker === undefined ? {} : { marker }),
  };
}
