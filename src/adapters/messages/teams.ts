import type { Clock } from '../../ports/clock.ts';
import { PortFailure } from '../../ports/failure.ts';
import type { Teams, TeamsReads } from '../../ports/messages.ts';
import type { TokenSource } from '../secret-token.ts';
import { connectTo, serviceFailure } from './service.ts';
import { type Webhook, webhookOf } from './webhook.ts';

export interface TeamsOptions {
  /** Of a workflow that posts to a channel or chat when a webhook request is received. */
  readonly webhook?: TokenSource;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly onSecret?: (secret: string) => void;
  readonly timeoutMs?: number;
}

/** Teams, as far as it can be known without posting. Throws PortFailure 'not-configured'. */
export async function createTeamsReads(options: TeamsOptions): Promise<TeamsReads> {
  return { host: hostOf(await configured(options)) };
}

/** The same with writes. */
export async function createTeams(options: TeamsOptions): Promise<Teams> {
  const webhook = await configured(options);
  const { env, clock, timeoutMs } = options;
  const service = connectTo({
    name: 'Teams',
    url: webhook.origin,
    clock,
    ...(env === undefined ? {} : { env }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  return {
    host: hostOf(webhook),
    async post(card, given) {
      const body = {
        type: 'message',
        attachments: [
          { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content: card },
        ],
      };
      const response = await service.send({ method: 'POST', path: webhook.path, body }, given);
      if (response.status >= 200 && response.status < 300) return {};
      throw serviceFailure(service, response, clock.now());
    },
  };
}

const hostOf = ({ origin }: Webhook): string => new URL(origin).host;

async function configured({ webhook, onSecret }: TeamsOptions): Promise<Webhook> {
  const found = await webhookOf(webhook ?? {}, 'Teams', onSecret);
  if (found !== undefined) return found;
  throw new PortFailure('No Teams is configured for this session.', {
    reason: 'not-configured',
    next: 'Set TEAMS_WEBHOOK_URL, or teams.webhook-file in rollbook.yaml.',
  });
}
