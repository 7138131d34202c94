import type { JsonObject } from './json.ts';
import type { ReadOptions } from './kubernetes.ts';

/** Where a message ended up, as far as its service says. */
export interface PostedMessage {
  /** Names the message for replies and changes (Slack's ts); absent where the service does not tell (webhooks). */
  readonly id?: string;
  readonly url?: string;
}

export interface SlackReads {
  /** A bot's token can answer in a thread and find its own messages; a webhook can only post. */
  readonly way: 'token' | 'webhook';
  /** Where messages go that name no channel; a webhook has one of its own. */
  readonly channel?: string;
  /** The message that carries this marker in its metadata, in that thread when there is one. Absent: a webhook cannot tell. */
  find?(
    request: { readonly channel: string; readonly marker: string; readonly thread?: string },
    options?: ReadOptions,
  ): Promise<PostedMessage | undefined>;
}

export interface Slack extends SlackReads {
  /** Never retried: a message sent twice is worse than none. */
  post(
    message: {
      /** Not for webhooks, which have theirs. */
      readonly channel?: string;
      readonly text: string;
      readonly blocks?: readonly JsonObject[];
      /** Reply in the thread of that message. */
      readonly thread?: string;
      /** Shown in the channel too, besides its thread. */
      readonly broadcast?: boolean;
      /** For `find`. */
      readonly marker: string;
    },
    options?: ReadOptions,
  ): Promise<PostedMessage>;
}

export interface TeamsReads {
  /** Of the workflow, whose address as a whole is a secret. */
  readonly host: string;
}

export interface Teams extends TeamsReads {
  /** An Adaptive Card (its JSON) to a Workflows webhook. Never retried. */
  post(card: JsonObject, options?: ReadOptions): Promise<PostedMessage>;
}

export type IncidentStatus = 'investigating' | 'identified' | 'monitoring' | 'resolved';
export type IncidentImpact = 'none' | 'minor' | 'major' | 'critical';

export type ComponentStatus =
  | 'operational'
  | 'under_maintenance'
  | 'degraded_performance'
  | 'partial_outage'
  | 'major_outage';

export interface StatuspageComponent {
  readonly id: string;
  readonly name: string;
  readonly status: string;
}

export interface StatuspageIncident {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly url?: string;
  /** Newest first. */
  readonly updates: readonly { readonly status: string; readonly body: string }[];
  /** The marker it was opened with, from its metadata. */
  readonly marker?: string;
}

export interface StatuspageReads {
  readonly page: string;
  components(options?: ReadOptions): Promise<readonly StatuspageComponent[]>;
  unresolved(options?: ReadOptions): Promise<readonly StatuspageIncident[]>;
  incident(id: string, options?: ReadOptions): Promise<StatuspageIncident>;
}

export interface Statuspage extends StatuspageReads {
  /** Never retried. */
  open(
    incident: {
      readonly name: string;
      readonly status: IncidentStatus;
      readonly impact?: IncidentImpact;
      readonly body: string;
      /** By id. */
      readonly components?: Readonly<Record<string, ComponentStatus>>;
      /** Whether subscribers get a mail or message. */
      readonly notify: boolean;
      readonly marker: string;
    },
    options?: ReadOptions,
  ): Promise<StatuspageIncident>;
  update(
    incident: {
      readonly id: string;
      readonly status: IncidentStatus;
      readonly body: string;
      /** By id. */
      readonly components?: Readonly<Record<string, ComponentStatus>>;
      /** Whether subscribers get a mail or message. */
      readonly notify: boolean;
    },
    options?: ReadOptions,
  ): Promise<StatuspageIncident>;
}
