import { z } from 'zod';
import type { Clock } from '../../ports/clock.ts';
import { PortFailure } from '../../ports/failure.ts';
import type { JsonObject } from '../../ports/json.ts';
import type { ReadOptions } from '../../ports/kubernetes.ts';
import type { Slack, SlackReads } from '../../ports/messages.ts';
import { createToken, type TokenSource } from '../secret-token.ts';
import { connectTo, jsonOf, readOnly, type Service, serviceFailure } from './service.ts';
import { slackRefusal } from './slack-refusal.ts';
import { type Webhook, webhookOf } from './webhook.ts';

export interface SlackOptions {
  /** Of a bot; it goes before the webhook. Scopes: chat:write; channels:history and channels:read to find its messages. */
  readonly token?: TokenSource;
  readonly webhook?: TokenSource;
  /** Where messages of a bot go that name no channel: an id, or a name with #. */
  readonly channel?: string;
  /** Of the Web API; https://slack.com/api when absent. */
  readonly url?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly onSecret?: (secret: string) => void;
  readonly timeoutMs?: number;
}

const API = 'https://slack.com/api';
const EVENT = 'rollbook_message';
/** How many of the newest messages are looked through for one of ours. */
const NEWEST = 100;
const CHANNEL_PAGES = 5;

const message = z.object({
  ts: z.string(),
  metadata: z
    .object({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()) })
    .partial()
    .optional(),
});
const messages = z.object({ messages: z.array(message) });
const posted = z.object({ ts: z.string(), channel: z.string() });
const channels = z.object({
  channels: z.array(z.object({ id: z.string(), name: z.string() })),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});

/** Slack, to read from. Throws PortFailure 'not-configured' without a token and a webhook. */
export async function createSlackReads(options: SlackOptions): Promise<SlackReads> {
  const { bot } = await places(options);
  return bot === undefined ? { way: 'webhook' } : botReads(options, readOnly(bot));
}

/** The same with writes. */
export async function createSlack(options: SlackOptions): Promise<Slack> {
  const { bot, webhook } = await places(options);
  return bot === undefined ? webhookSlack(options, webhook) : botSlack(options, bot);
}

type Places =
  | { readonly bot: Service; readonly webhook?: undefined }
  | { readonly bot?: undefined; readonly webhook: Webhook };

async function places(options: SlackOptions): Promise<Places> {
  const { onSecret, env, clock, timeoutMs } = options;
  const token = createToken(options.token ?? {}, 'Slack', onSecret);
  if ((await token.get()) !== undefined) {
    const authorize = async () => ({ authorization: `Bearer ${await token.get()}` });
    return {
      bot: connectTo({ name: 'Slack', url: options.url ?? API, authorize, ...at({ env, clock, timeoutMs }) }),
    };
  }
  const webhook = await webhookOf(options.webhook ?? {}, 'Slack', onSecret);
  if (webhook !== undefined) return { webhook };
  throw new PortFailure('No Slack is configured for this session.', {
    reason: 'not-configured',
    next: 'Set SLACK_BOT_TOKEN and SLACK_CHANNEL, or SLACK_WEBHOOK_URL, or slack in rollbook.yaml.',
  });
}

function at({
  env,
  clock,
  timeoutMs,
}: {
  env: SlackOptions['env'] | undefined;
  clock: Clock;
  timeoutMs: number | undefined;
}) {
  return {
    clock,
    ...(env === undefined ? {} : { env }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

function webhookSlack({ env, clock, timeoutMs }: SlackOptions, { origin, path }: Webhook): Slack {
  const service = connectTo({ name: 'Slack', url: origin, ...at({ env, clock, timeoutMs }) });
  return {
    way: 'webhook',
    async post({ text, blocks }, options) {
      const body = { text, ...(blocks === undefined ? {} : { blocks }) };
      const response = await service.send({ method: 'POST', path, body }, options);
      const words = response.body.toString('utf8').trim();
      if (response.status === 200 && words === 'ok') return {};
      throw serviceFailure(service, response, clock.now(), slackRefusal(words));
    },
  };
}

function botReads({ channel, clock }: SlackOptions, service: Service): SlackReads {
  return {
    way: 'token',
    ...(channel === undefined ? {} : { channel }),
    async find({ channel: named, marker, thread }, options) {
      const id = await channelId(service, clock, named, options);
      const query = { channel: id, limit: String(NEWEST), include_all_metadata: 'true' };
      const answer = await call(
        service,
        clock,
        thread === undefined
          ? { method: 'GET', path: `/conversations.history?${new URLSearchParams(query)}` }
          : {
              method: 'GET',
              path: `/conversations.replies?${new URLSearchParams({ ...query, ts: thread })}`,
            },
        options,
      );
      const found = messages
        .parse(answer)
        .messages.find(({ metadata }) => metadata?.event_payload?.marker === marker);
      return found === undefined ? undefined : { id: found.ts };
    },
  };
}

function botSlack(options: SlackOptions, service: Service): Slack {
  return {
    ...botReads(options, service),
    async post({ channel = options.channel, text, blocks, thread, broadcast, marker }, given) {
      const body = {
        channel,
        text,
        ...(blocks === undefined ? {} : { blocks }),
        ...(thread === undefined ? {} : { thread_ts: thread }),
        ...(thread !== undefined && broadcast ? { reply_broadcast: true } : {}),
        metadata: { event_type: EVENT, event_payload: { marker } },
        unfurl_links: false,
        unfurl_media: false,
      };
      const answer = await call(
        service,
        options.clock,
        { method: 'POST', path: '/chat.postMessage', body },
        given,
      );
      return { id: posted.parse(answer).ts };
    },
  };
}

/** Slack answers 200 and says in the body that it would not. */
async function call(
  service: Service,
  clock: Clock,
  request: Parameters<Service['send']>[0],
  options: ReadOptions | undefined,
): Promise<JsonObject> {
  const response = await service.send(request, options);
  const answer = jsonOf(response) as ({ ok?: boolean; error?: string } & JsonObject) | undefined;
  if (response.status === 200 && answer?.ok === true) return answer;
  throw serviceFailure(service, response, clock.now(), slackRefusal(answer?.error));
}

const ID = /^[CGD][A-Z0-9]{6,}$/;

/** Messages can be posted to a name, but only be looked for under an id. */
async function channelId(
  service: Service,
  clock: Clock,
  named: string,
  options: ReadOptions | undefined,
): Promise<string> {
  if (ID.test(named)) return named;
  const wanted = named.replace(/^#/, '');
  let cursor = '';
  for (let page = 0; page < CHANNEL_PAGES; page += 1) {
    const query = { limit: '1000', exclude_archived: 'true', ...(cursor === '' ? {} : { cursor }) };
    const answer = channels.parse(
      await call(
        service,
        clock,
        { method: 'GET', path: `/conversations.list?${new URLSearchParams(query)}` },
        options,
      ),
    );
    const found = answer.channels.find(({ name }) => name === wanted);
    if (found !== undefined) return found.id;
    cursor = answer.response_metadata?.next_cursor ?? '';
    if (cursor === '') break;
  }
  throw new PortFailure(`The bot sees no channel ${named} in Slack.`, {
    reason: 'not-found',
    next: 'Invite it, or give the id of the channel instead of its name.',
  });
}
