import { systemClock } from '../adapters/clock.ts';
import type { SlackOptions } from '../adapters/messages/slack.ts';
import type { StatuspageOptions } from '../adapters/messages/statuspage.ts';
import type { TeamsOptions } from '../adapters/messages/teams.ts';
import type { Ports, ReadPorts } from '../ports/ports.ts';
import { once } from './once.ts';
import type { Settings } from './settings.ts';
import { configuredToken, type Env, type TokenPlace, tokenSource, variableToken } from './token-place.ts';

/** Where people are told, as far as it is configured. A webhook's address is a secret, so its place is kept instead. */
export interface MessagePlaces {
  readonly slack?: {
    readonly token?: TokenPlace;
    readonly webhook?: TokenPlace;
    readonly channel?: string;
    readonly url?: string;
  };
  readonly teams?: { readonly webhook: TokenPlace };
  readonly statuspage?: { readonly key: TokenPlace; readonly page: string; readonly url?: string };
}

type OnSecret = (secret: string) => void;

/** The environment first, then rollbook.yaml. */
export function messagePlaces(settings: Settings, env: Env): MessagePlaces {
  const slack = {
    ...given('token', variableToken(env, 'SLACK_BOT_TOKEN') ?? configuredToken(settings.slack)),
    ...given('webhook', variableToken(env, 'SLACK_WEBHOOK_URL') ?? configuredWebhook(settings.slack)),
    ...given('channel', env.SLACK_CHANNEL || settings.slack?.channel),
    ...given('url', env.SLACK_API_URL || settings.slack?.url),
  };
  const teams = variableToken(env, 'TEAMS_WEBHOOK_URL') ?? configuredWebhook(settings.teams);
  const key = variableToken(env, 'STATUSPAGE_API_KEY') ?? configuredToken(settings.statuspage);
  const page = env.STATUSPAGE_PAGE_ID || settings.statuspage?.page;
  const url = env.STATUSPAGE_URL || settings.statuspage?.url;
  return {
    ...('token' in slack || 'webhook' in slack ? { slack } : {}),
    ...(teams === undefined ? {} : { teams: { webhook: teams } }),
    ...(key === undefined || page === undefined ? {} : { statuspage: { key, page, ...given('url', url) } }),
  };
}

/** Those that the environment holds, to be kept out of whatever is written from the very start. */
export function messageSecrets({ slack, teams, statuspage }: MessagePlaces, env: Env): readonly string[] {
  return [slack?.token, slack?.webhook, teams?.webhook, statuspage?.key].flatMap((place) => {
    const { value } = tokenSource(place, env);
    if (value === undefined) return [];
    const address = URL.parse(value);
    return address === null ? [value] : [value, address.pathname + address.search];
  });
}

type MessagePorts = Pick<Ports, 'slack' | 'teams' | 'statuspage'>;
type MessageReads = Pick<ReadPorts, 'slack' | 'teams' | 'statuspage'>;

/** Clients that cannot write. Each port throws PortFailure 'not-configured' where nothing is. */
export function messageReads(places: MessagePlaces, onSecret: OnSecret): MessageReads {
  return {
    slack: once(async () =>
      (await import('../adapters/messages/slack.ts')).createSlackReads(slackOptions(places, onSecret)),
    ),
    teams: once(async () =>
      (await import('../adapters/messages/teams.ts')).createTeamsReads(teamsOptions(places, onSecret)),
    ),
    statuspage: once(async () =>
      (await import('../adapters/messages/statuspage.ts')).createStatuspageReads(
        statuspageOptions(places, onSecret),
      ),
    ),
  };
}

export function messagePorts(places: MessagePlaces, onSecret: OnSecret): MessagePorts {
  return {
    slack: once(async () =>
      (await import('../adapters/messages/slack.ts')).createSlack(slackOptions(places, onSecret)),
    ),
    teams: once(async () =>
      (await import('../adapters/messages/teams.ts')).createTeams(teamsOptions(places, onSecret)),
    ),
    statuspage: once(async () =>
      (await import('../adapters/messages/statuspage.ts')).createStatuspage(
        statuspageOptions(places, onSecret),
      ),
    ),
  };
}

function slackOptions({ slack }: MessagePlaces, onSecret: OnSecret): SlackOptions {
  return {
    token: tokenSource(slack?.token, process.env),
    webhook: tokenSource(slack?.webhook, process.env),
    ...given('channel', slack?.channel),
    ...given('url', slack?.url),
    ...shared(onSecret),
  };
}

function teamsOptions({ teams }: MessagePlaces, onSecret: OnSecret): TeamsOptions {
  return { webhook: tokenSource(teams?.webhook, process.env), ...shared(onSecret) };
}

function statuspageOptions({ statuspage }: MessagePlaces, onSecret: OnSecret): StatuspageOptions {
  return {
    key: tokenSource(statuspage?.key, process.env),
    ...given('page', statuspage?.page),
    ...given('url', statuspage?.url),
    ...shared(onSecret),
  };
}

const shared = (onSecret: OnSecret) => ({ env: process.env, clock: systemClock, onSecret });

function configuredWebhook(
  section:
    | {
        readonly 'webhook-file'?: string | undefined;
        readonly 'webhook-command'?: readonly string[] | undefined;
      }
    | undefined,
): TokenPlace | undefined {
  return configuredToken({
    'token-file': section?.['webhook-file'],
    'token-command': section?.['webhook-command'],
  });
}

function given<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { readonly [K in Key]?: Value } {
  return (value === undefined || value === '' ? {} : { [key]: value }) as { readonly [K in Key]?: Value };
}
