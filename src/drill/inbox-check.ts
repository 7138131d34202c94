import { z } from 'zod';
import type { Check } from './scorecard.ts';

const text = z.array(z.string()).default([]);

/** What must have arrived where people are told; texts must be in some message, in this order. */
export const inboxExpectations = [
  z.strictObject({
    inbox: z.literal('slack'),
    messages: z.int().min(0),
    /** How many conversations they make; messages of a webhook are one each. */
    threads: z.int().min(0).optional(),
    saying: text,
  }),
  z.strictObject({ inbox: z.literal('teams'), messages: z.int().min(0), saying: text }),
  z.strictObject({
    inbox: z.literal('statuspage'),
    incidents: z.int().min(0),
    updates: z.int().min(0),
    status: z.string().optional(),
    saying: text,
  }),
] as const;

export type InboxExpectation = z.output<(typeof inboxExpectations)[number]>;

/** What arrived in the sandbox's inboxes, as it tells it. */
export interface Inboxes {
  readonly slack: readonly { readonly ts: string; readonly thread_ts?: string; readonly text: string }[];
  readonly teams: readonly { readonly card: unknown }[];
  readonly statuspage: {
    readonly incidents: readonly {
      readonly status: string;
      /** Newest first. */
      readonly incident_updates: readonly { readonly body: string }[];
    }[];
  };
}

/** What must have arrived at the end. */
export async function inboxCheck(open: () => Promise<Inboxes>, wanted: InboxExpectation): Promise<Check> {
  let mail: Inboxes;
  try {
    mail = await open();
  } catch (error) {
    return { what: `${wanted.inbox} can be looked into`, held: false, found: (error as Error).message };
  }
  switch (wanted.inbox) {
    case 'slack': {
      const threads = new Set(mail.slack.map(({ ts, thread_ts }) => thread_ts ?? ts)).size;
      const { threads: expected = threads } = wanted;
      return check(
        `Slack got ${counted(wanted.messages, 'message')}${wanted.threads === undefined ? '' : ` in ${counted(wanted.threads, 'thread')}`}`,
        mail.slack.length === wanted.messages && threads === expected,
        `${mail.slack.length} in ${counted(threads, 'thread')}`,
        missing(
          wanted.saying,
          mail.slack.map((message) => message.text),
        ),
      );
    }
    case 'teams':
      return check(
        `Teams got ${counted(wanted.messages, 'card')}`,
        mail.teams.length === wanted.messages,
        String(mail.teams.length),
        missing(
          wanted.saying,
          mail.teams.map(({ card }) => JSON.stringify(card)),
        ),
      );
    case 'statuspage': {
      const { incidents } = mail.statuspage;
      const updates = incidents.flatMap(({ incident_updates }) => incident_updates.toReversed());
      const states = incidents.map(({ status }) => status);
      return check(
        `the status page has ${counted(wanted.incidents, 'incident')} with ${counted(wanted.updates, 'update')}${wanted.status === undefined ? '' : `, ${wanted.status}`}`,
        incidents.length === wanted.incidents &&
          updates.length === wanted.updates &&
          states.every((status) => status === (wanted.status ?? status)),
        `${incidents.length} with ${updates.length} updates${states.length === 0 ? '' : `, ${states.join(', ')}`}`,
        missing(
          wanted.saying,
          updates.map(({ body }) => body),
        ),
      );
    }
  }
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

function check(what: string, held: boolean, found: string, unsaid: string | undefined): Check {
  return {
    what,
    held: held && unsaid === undefined,
    found: unsaid === undefined ? found : `${found}; nothing says "${unsaid}" at its place`,
  };
}

/** The first text that no message says, or none after the one that says the text before it. */
function missing(texts: readonly string[], messages: readonly string[]): string | undefined {
  let from = 0;
  return texts.find((wanted) => {
    const at = messages.findIndex((message, place) => place >= from && message.includes(wanted));
    from = at === -1 ? from : at + 1;
    return at === -1;
  });
}
