import * as z from 'zod/mini';

/** Which of the places where people are told a session finds configured. */
export const inboxesSchema = z.strictObject({
  /** A bot's token, an incoming webhook, or nothing; a bot unless told. */
  slack: z.optional(z.enum(['bot', 'webhook', 'none'])),
  teams: z.optional(z.boolean()),
  statuspage: z.optional(z.boolean()),
});

export interface InboxesSpec {
  readonly slack: 'bot' | 'webhook' | 'none';
  readonly teams: boolean;
  readonly statuspage: boolean;
}

export function completeInboxes(given: z.infer<typeof inboxesSchema> = {}): InboxesSpec {
  return {
    slack: given.slack ?? 'bot',
    teams: given.teams ?? true,
    statuspage: given.statuspage ?? true,
  };
}

/** How a session reaches them; one line of the sandbox's. */
export interface InboxesReady {
  /** Everything that arrived, as JSON or, for a browser, as a page. */
  readonly url: string;
  readonly slack?: {
    readonly webhook?: string;
    readonly api?: string;
    readonly token?: string;
    readonly channel?: string;
  };
  readonly teams?: { readonly webhook: string };
  readonly statuspage?: { readonly url: string; readonly page: string; readonly key: string };
}

export const BOT_TOKEN = 'xoxb-sandbox-000000000000-rollbook';
export const CHANNEL = { id: 'C0SANDBOX1', name: 'incidents' };
export const SLACK_WEBHOOK = '/slack/services/T0SANDBOX/B0SANDBOX/rollbookrollbookrollbook';
export const SLACK_API = '/slack/api';
export const TEAMS_WEBHOOK =
  '/teams/workflows/5a1d0b0c/triggers/manual/paths/invoke?api-version=2016-06-01&sig=sandboxsandbox';
export const STATUSPAGE_API = '/statuspage/v1';
export const PAGE = 'sandboxpage1';
export const PAGE_KEY = 'sandbox-statuspage-key-0001';

export function inboxesReady(url: string, { slack, teams, statuspage }: InboxesSpec): InboxesReady {
  return {
    url,
    ...(slack === 'none'
      ? {}
      : {
          slack: {
            webhook: url + SLACK_WEBHOOK,
            ...(slack === 'bot' ? { api: url + SLACK_API, token: BOT_TOKEN, channel: CHANNEL.id } : {}),
          },
        }),
    ...(teams ? { teams: { webhook: url + TEAMS_WEBHOOK } } : {}),
    ...(statuspage ? { statuspage: { url: url + STATUSPAGE_API, page: PAGE, key: PAGE_KEY } } : {}),
  };
}
