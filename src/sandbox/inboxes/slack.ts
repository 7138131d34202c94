import { BOT_TOKEN, CHANNEL, SLACK_API, SLACK_WEBHOOK } from './inboxes-spec.ts';
import type { Mail, SlackMail } from './mail.ts';
import { asRecord, blocksProblem } from './slack-rules.ts';

export interface SlackInbox {
  readonly mail: Mail;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const plain = (text: string, status = 200) =>
  new Response(text, { status, headers: { 'content-type': 'text/html; charset=utf-8' } });
const ok = (body: object) => Response.json({ ok: true, ...body });
const no = (error: string) => Response.json({ ok: false, error });

/** An incoming webhook: `ok`, or a word that says what is wrong. */
export async function slackWebhook(request: Request, inbox: SlackInbox): Promise<Response> {
  if (request.method !== 'POST') return plain('invalid_method', 405);
  if (new URL(request.url).pathname !== SLACK_WEBHOOK) return plain('no_service', 404);
  const body = await json(request);
  if (body === undefined) return plain('invalid_payload', 400);
  const { text, blocks } = body;
  if (typeof text !== 'string' && blocks === undefined) return plain('no_text', 400);
  if (blocksProblem(blocks) !== undefined) return plain('invalid_blocks', 400);
  keep(inbox, { by: 'webhook', channel: CHANNEL.id, body });
  return plain('ok');
}

/** The Web API: always 200, and whether it was done stands in the body. */
export async function slackApi(request: Request, inbox: SlackInbox): Promise<Response> {
  const url = new URL(request.url);
  const method = url.pathname.slice(SLACK_API.length + 1);
  const authorization = request.headers.get('authorization');
  if (authorization === null) return no('not_authed');
  if (authorization !== `Bearer ${BOT_TOKEN}`) return no('invalid_auth');
  const given = request.method === 'GET' ? Object.fromEntries(url.searchParams) : await json(request);
  if (given === undefined) return no('invalid_json');
  switch (method) {
    case 'auth.test':
      return ok({ team: 'Sandbox', user: 'rollbook', team_id: 'T0SANDBOX', user_id: 'U0SANDBOX1' });
    case 'chat.postMessage':
      return request.method === 'POST' ? post(given, inbox) : no('method_not_supported');
    case 'chat.update':
      return request.method === 'POST' ? update(given, inbox) : no('method_not_supported');
    case 'conversations.list':
      return ok({
        channels: [{ ...CHANNEL, is_channel: true, is_member: true }],
        response_metadata: { next_cursor: '' },
      });
    case 'conversations.history':
      return list(given, inbox, ({ thread_ts, broadcast }) => thread_ts === undefined || broadcast === true);
    case 'conversations.replies': {
      const { ts } = given;
      if (!inbox.mail.slack.some((one) => one.ts === ts)) return no('thread_not_found');
      return list(given, inbox, (one) => one.ts === ts || one.thread_ts === ts);
    }
    default:
      return no('unknown_method');
  }
}

type Given = Readonly<Record<string, unknown>>;

function post(given: Given, inbox: SlackInbox): Response {
  const { channel, text, blocks, thread_ts: thread, metadata } = given;
  if (channelOf(channel) === undefined) return no('channel_not_found');
  const content = contentProblem(text, blocks);
  if (content !== undefined) return no(content);
  if (thread !== undefined && !inbox.mail.slack.some(({ ts }) => ts === thread))
    return no('thread_not_found');
  if (metadata !== undefined && metadataProblem(metadata)) return no('invalid_metadata_format');
  const message = keep(inbox, { by: 'bot', channel: CHANNEL.id, body: given });
  return ok({ channel: CHANNEL.id, ts: message.ts, message: shown(message, false) });
}

function update(given: Given, { mail }: SlackInbox): Response {
  const at = mail.slack.findIndex(({ ts }) => ts === given.ts);
  const before = mail.slack[at];
  if (channelOf(given.channel) === undefined) return no('channel_not_found');
  if (before === undefined) return no('message_not_found');
  const content = contentProblem(given.text, given.blocks);
  if (content !== undefined) return no(content);
  mail.slack[at] = { ...before, ...contentOf(given) };
  return ok({ channel: CHANNEL.id, ts: before.ts, text: given.text });
}

function list(given: Given, { mail }: SlackInbox, fits: (message: SlackMail) => boolean): Response {
  // looking needs an id, where posting takes a name as well
  if (given.channel !== CHANNEL.id) return no('channel_not_found');
  const limit = Math.min(999, Number(given.limit ?? 100));
  const all = mail.slack.filter(fits).toReversed();
  const withMetadata = String(given.include_all_metadata ?? 'false') === 'true';
  return ok({
    messages: all.slice(0, limit).map((message) => shown(message, withMetadata)),
    has_more: all.length > limit,
  });
}

function channelOf(named: unknown): string | undefined {
  return [CHANNEL.id, CHANNEL.name, `#${CHANNEL.name}`].includes(String(named)) ? CHANNEL.id : undefined;
}

function contentProblem(text: unknown, blocks: unknown): string | undefined {
  if ((typeof text !== 'string' || text === '') && blocks === undefined) return 'no_text';
  if (typeof text === 'string' && text.length > 40_000) return 'msg_too_long';
  return blocksProblem(blocks) === undefined ? undefined : 'invalid_blocks';
}

function metadataProblem(metadata: unknown): boolean {
  const { event_type: type, event_payload: payload } = asRecord(metadata);
  return typeof type !== 'string' || !/^[A-Za-z0-9_-]+$/.test(type) || typeof payload !== 'object';
}

function contentOf({ text, blocks }: Given) {
  return {
    text: typeof text === 'string' ? text : '',
    ...(Array.isArray(blocks) ? { blocks: blocks as readonly unknown[] } : {}),
  };
}

function keep(
  { mail, now }: SlackInbox,
  { by, channel, body }: { by: SlackMail['by']; channel: string; body: Given },
): SlackMail {
  const before = Number(mail.slack.at(-1)?.ts ?? 0);
  // two in the same moment still have names of their own
  const ts = Math.max(now() / 1000, before + 0.000_1).toFixed(6);
  const message: SlackMail = {
    ts,
    channel,
    by,
    ...contentOf(body),
    ...(typeof body.thread_ts === 'string' ? { thread_ts: body.thread_ts } : {}),
    ...(body.reply_broadcast === true ? { broadcast: true } : {}),
    ...(body.metadata === undefined ? {} : { metadata: body.metadata }),
  };
  mail.slack.push(message);
  return message;
}

function shown({ by, channel: _channel, broadcast, metadata, ...message }: SlackMail, withMetadata: boolean) {
  return {
    type: 'message',
    ...(broadcast ? { subtype: 'thread_broadcast' } : {}),
    ...(by === 'bot' ? { user: 'U0SANDBOX1', bot_id: 'B0SANDBOX1' } : { bot_id: 'B0SANDBOX' }),
    ...message,
    ...(withMetadata && metadata !== undefined ? { metadata } : {}),
  };
}

async function json(request: Request): Promise<Given | undefined> {
  const text = await request.text();
  try {
    if (/^application\/x-www-form-urlencoded/.test(request.headers.get('content-type') ?? ''))
      return formOf(new URLSearchParams(text));
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Given) : undefined;
  } catch {
    return undefined;
  }
}

/** A webhook takes its JSON as `payload`, the Web API its arguments, structures among them as JSON. */
function formOf(form: URLSearchParams): Given {
  const payload = form.get('payload');
  if (payload !== null) return asRecord(JSON.parse(payload));
  return Object.fromEntries(
    [...form].map(([name, value]) => [
      name,
      name === 'blocks' || name === 'metadata' ? (JSON.parse(value) as unknown) : value,
    ]),
  );
}
