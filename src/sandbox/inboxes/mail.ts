export interface SlackMail {
  /** Slack's name for it: seconds since the epoch with six decimals, unique in its channel. */
  readonly ts: string;
  readonly channel: string;
  readonly by: 'bot' | 'webhook';
  readonly text: string;
  readonly blocks?: readonly unknown[];
  readonly thread_ts?: string;
  readonly broadcast?: boolean;
  readonly metadata?: unknown;
}

export interface TeamsMail {
  /** RFC 3339. */
  readonly time: string;
  readonly card: Readonly<Record<string, unknown>>;
}

export interface IncidentMail {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly impact: string;
  readonly shortlink: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly metadata: unknown;
  /** Newest first. */
  readonly incident_updates: readonly {
    readonly id: string;
    readonly status: string;
    readonly body: string;
    readonly deliver_notifications: boolean;
    readonly created_at: string;
  }[];
}

export interface PageComponent {
  readonly id: string;
  readonly name: string;
  readonly status: string;
}

/** Everything that arrived, in the order in which it did. */
export interface Mail {
  readonly slack: SlackMail[];
  readonly teams: TeamsMail[];
  readonly incidents: Map<string, IncidentMail>;
  components: readonly PageComponent[];
}

export function emptyMail(): Mail {
  return {
    slack: [],
    teams: [],
    incidents: new Map(),
    components: [
      { id: 'cmpweb000001', name: 'Web banking', status: 'operational' },
      { id: 'cmpapi000001', name: 'Payments API', status: 'operational' },
    ],
  };
}
