import { z } from 'zod';
import { PortFailure } from '../../ports/failure.ts';
import type { PostedMessage, SlackReads } from '../../ports/messages.ts';
import { defineKind, type PlanContext } from '../step-kind.ts';
import { escapeSlack, SLACK_LIMITS, slackBlocks } from './blocks.ts';
import { curlLine, deliver, landedAs, lookup } from './delivery.ts';
import { letterLines, letterOf, markerFor, messageFields, plainText } from './message.ts';

const data = z.object({
  way: z.enum(['token', 'webhook']),
  channel: z.string().optional(),
  thread: z.string().optional(),
  broadcast: z.boolean(),
  text: z.string(),
  blocks: z.array(z.record(z.string(), z.json())),
  marker: z.string(),
});
type Data = z.infer<typeof data>;

/** Tells a channel of Slack. */
export const slack = defineKind({
  kind: 'slack',
  description:
    'Posts a message to Slack, once, in a thread where there is one; a session never stops for it.',
  schema: z.strictObject({
    ...messageFields,
    channel: z
      .string()
      .optional()
      .describe(
        'For a bot: the id of a channel, or its name with #; when absent or empty, the configured one.',
      ),
    thread: z
      .string()
      .optional()
      .describe('Answer in this thread: the output `thread` of an earlier message. Empty: a new message.'),
    broadcast: z.boolean().default(false).describe('Show an answer in the channel too, for its end.'),
    mention: z
      .enum(['here', 'channel'])
      .optional()
      .describe('Whom to call: those who are here, or everybody.'),
  }),
  risk: 'change',
  notifies: true,
  outputs: {
    id: 'What Slack calls the message (its ts); null where a webhook posted it.',
    thread: 'The thread that it began or stands in; null where there is none.',
  },
  window: { forMs: 0, withinMs: 5_000, everyMs: 1_000 },
  describe: ({ title, message }) => `Tell Slack: ${title ?? firstLine(message)}`,
  plan: async (params, context) => {
    const reads = await context.ports.slack();
    const letter = letterOf(params, SLACK_LIMITS, context);
    const channel = channelOf(params.channel, reads);
    const thread = reads.way === 'token' && params.thread ? params.thread : undefined;
    const broadcast = thread !== undefined && params.broadcast;
    const mention = params.mention === undefined ? '' : `<!${params.mention}> `;
    const text = `${mention}${escapeSlack(plainText(letter))}`;
    const blocks = [...slackBlocks(letter, params.mention)];
    const marker = markerFor(['slack', channel, thread, text], context);
    const where = whereTo(reads.way, channel);
    return {
      summary: `to ${where}: ${letter.title ?? firstLine(letter.text)}`,
      effects: [
        {
          verb: 'post',
          target: `slack/${channel ?? 'webhook'}`,
          summary: thread === undefined ? `a new message to ${where}` : `an answer in the thread in ${where}`,
          diff: letterLines(letter),
          command:
            reads.way === 'token'
              ? curlLine('POST', 'https://slack.com/api/chat.postMessage', 'Bearer $SLACK_BOT_TOKEN')
              : curlLine('POST', '$SLACK_WEBHOOK_URL', undefined),
        },
      ],
      risk: 'change',
      preconditions: [],
      permissions: [],
      facts: [
        ...(broadcast ? ['shown in the channel too'] : []),
        ...(params.mention === undefined ? [] : [`calls @${params.mention}`]),
        ...(reads.way === 'webhook' && params.thread !== undefined
          ? ['a webhook has no threads: this is a message of its own, signed with the session']
          : []),
      ],
      warnings: ['It cannot be undone: people read it at once.'],
      data: {
        way: reads.way,
        ...(channel === undefined ? {} : { channel }),
        ...(thread === undefined ? {} : { thread }),
        ...{ broadcast, text, blocks, marker },
      },
    };
  },
  run: async (plan, { ports, signal }) => {
    const message = data.parse(plan.data);
    const { way, channel, thread, ...content } = message;
    const port = await ports.slack();
    const posted = await deliver(
      () =>
        port.post(
          {
            ...content,
            ...(channel === undefined ? {} : { channel }),
            ...(thread === undefined ? {} : { thread }),
          },
          { signal },
        ),
      way === 'token' ? () => found(message, port, signal) : undefined,
      signal,
    );
    const where = whereTo(way, message.channel);
    return { summary: 'told', evidence: [`posted to ${where}`], outputs: named(message, posted) };
  },
  observe: async (plan, context) => {
    const message = data.parse(plan.data);
    if (message.way === 'webhook') return { holds: true, summary: 'told', evidence: [], outputs: {} };
    const where = whereTo('token', message.channel);
    const seen = await seenAgain(message, context);
    if (seen === 'not-known')
      return {
        holds: true,
        summary: 'told',
        evidence: ['the bot may not read the channel, so it was not looked up'],
        outputs: {},
      };
    return {
      holds: seen !== undefined,
      summary: seen === undefined ? `not in ${where} yet` : 'told',
      evidence: seen === undefined ? [] : [`it stands in ${where}`],
      outputs: seen === undefined ? {} : named(message, seen),
    };
  },
  probe: async (plan, { ports, signal }) => {
    const message = data.parse(plan.data);
    if (message.way === 'webhook')
      return {
        landed: 'unknown',
        evidence:
          'Whether the message was posted cannot be told: a webhook cannot read. Look into the channel.',
      };
    const where = `in ${whereTo('token', message.channel)}`;
    return landedAs((await found(message, await ports.slack(), signal)) !== undefined, where);
  },
});

function channelOf(given: string | undefined, { way, channel }: SlackReads): string | undefined {
  if (way === 'webhook') return undefined;
  const named = given || channel;
  if (named !== undefined) return named;
  throw new PortFailure('No channel of Slack is configured for the bot.', {
    reason: 'not-configured',
    next: 'Set SLACK_CHANNEL, or slack.channel in rollbook.yaml.',
  });
}

function whereTo(way: Data['way'], channel: string | undefined): string {
  return way === 'webhook' ? "the webhook's channel in Slack" : `${channel} in Slack`;
}

function named({ thread }: Data, { id }: PostedMessage) {
  return { id: id ?? null, thread: thread ?? id ?? null };
}

async function found(
  { channel, thread, marker }: Data,
  reads: SlackReads,
  signal: AbortSignal,
): Promise<PostedMessage | undefined> {
  if (channel === undefined) return undefined;
  return reads.find?.({ channel, marker, ...(thread === undefined ? {} : { thread }) }, lookup(signal));
}

/** That a bot lacks the right to read is no reason to doubt what Slack said when it took the message. */
async function seenAgain(message: Data, { ports, signal }: PlanContext) {
  try {
    return await found(message, await ports.slack(), signal);
  } catch (error) {
    if (signal.aborted || !(error instanceof PortFailure)) throw error;
    return 'not-known';
  }
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}
