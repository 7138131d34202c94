import type { Refusal } from './service.ts';

const INVITE = 'Invite the bot to the channel, or name another one.';
const NEW_TOKEN =
  'Make a new token for the bot, and give it: SLACK_BOT_TOKEN, or slack.token-file in rollbook.yaml.';
const NEW_WEBHOOK =
  'Make a new incoming webhook, and give it: SLACK_WEBHOOK_URL, or slack.webhook-file in rollbook.yaml.';
const SHORTER = 'Shorten the message in the runbook.';

const unauthorized = (why: string, next = NEW_TOKEN): Refusal => ({ reason: 'unauthorized', why, next });
const forbidden = (why: string, next = INVITE): Refusal => ({ reason: 'forbidden', why, next });
const missing = (why: string, next = INVITE): Refusal => ({ reason: 'not-found', why, next });
const invalid = (why: string, next = SHORTER): Refusal => ({ reason: 'invalid', why, next });

/** Slack's words for a refusal: of its Web API, and the plain text of a webhook. */
const KNOWN: Readonly<Record<string, Refusal>> = {
  not_authed: unauthorized('wants a token'),
  invalid_auth: unauthorized('does not accept the token'),
  token_revoked: unauthorized('says that the token was revoked'),
  token_expired: unauthorized('says that the token has expired'),
  account_inactive: unauthorized('says that the account of the token is gone'),
  invalid_token: unauthorized('does not know the webhook any more', NEW_WEBHOOK),
  no_active_hooks: unauthorized('has switched the webhook off', NEW_WEBHOOK),
  no_service: unauthorized('has removed the webhook', NEW_WEBHOOK),
  no_service_id: unauthorized('does not know the webhook', NEW_WEBHOOK),
  no_team: unauthorized('does not know the workspace of the webhook', NEW_WEBHOOK),
  team_disabled: unauthorized('says that the workspace is gone', NEW_WEBHOOK),
  missing_scope: forbidden(
    'says that the token lacks a scope',
    'Give the bot chat:write, channels:read and channels:history.',
  ),
  not_in_channel: forbidden('says that the bot is not in the channel'),
  restricted_action: forbidden('says that the bot may not post there'),
  action_prohibited: forbidden('says that an administrator forbids the webhook to post', NEW_WEBHOOK),
  posting_to_general_channel_denied: forbidden(
    'says that the webhook may not post to the general channel',
    NEW_WEBHOOK,
  ),
  channel_not_found: missing('does not know the channel, or the bot may not see it'),
  is_archived: missing('says that the channel is archived'),
  channel_is_archived: missing('says that the channel is archived', NEW_WEBHOOK),
  user_not_found: missing('does not know that user'),
  thread_not_found: missing('does not know the thread', 'Its first message may have been deleted.'),
  msg_too_long: invalid('says that the message is too long'),
  msg_blocks_too_long: invalid('says that the message is too long'),
  no_text: invalid('says that the message is empty', 'Give the step a message.'),
  invalid_blocks: invalid('does not accept the form of the message', 'Report this with the session folder.'),
  invalid_payload: invalid('does not accept the form of the message', 'Report this with the session folder.'),
  metadata_too_large: invalid('says that the metadata is too large', 'Report this with the session folder.'),
  ratelimited: {
    reason: 'throttled',
    why: 'takes no more messages for now',
    next: 'Tell people another way.',
  },
};

/** Undefined for words that are not among those that Slack documents. */
export function slackRefusal(words: string | undefined): Refusal | undefined {
  if (words === undefined) return undefined;
  if (Object.hasOwn(KNOWN, words)) return KNOWN[words];
  return /^[a-z_]{3,60}$/.test(words) ? { reason: 'unexpected', why: `would not: ${words}` } : undefined;
}
