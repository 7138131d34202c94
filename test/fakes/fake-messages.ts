import { PortFailure } from '../../src/ports/failure.ts';
import type {
  ComponentStatus,
  IncidentStatus,
  Slack,
  Statuspage,
  StatuspageComponent,
  StatuspageIncident,
  Teams,
} from '../../src/ports/messages.ts';

type SlackMessage = Parameters<Slack['post']>[0];

/** Slack, Teams and Statuspage in memory: what was sent, in order, whoever carried it. */
export class FakeMessages {
  readonly sent: { readonly to: 'slack' | 'teams' | 'statuspage'; readonly content: unknown }[] = [];
  readonly posted: (SlackMessage & { readonly id: string })[] = [];
  readonly incidents = new Map<string, StatuspageIncident>();
  components: readonly StatuspageComponent[] = [{ id: 'c1', name: 'API', status: 'operational' }];
  /** Thrown by the next write: before it is done, or after, when the answer is lost. */
  fails: { readonly failure: PortFailure; readonly landed: boolean } | undefined;
  /** Thrown by every look. */
  blind: PortFailure | undefined;
  #count = 0;

  slack(way: Slack['way'] = 'token', channel: string | null = '#ops'): Slack {
    const post: Slack['post'] = (message) =>
      this.#write('slack', message, () => {
        const id = `1700000000.00000${this.#next()}`;
        this.posted.push({ ...message, id });
        return way === 'token' ? { id } : {};
      });
    if (way === 'webhook') return { way, post };
    return {
      way,
      ...(channel === null ? {} : { channel }),
      post,
      find: async ({ marker }) => {
        this.#look();
        const found = this.posted.find((one) => one.marker === marker);
        return found && { id: found.id };
      },
    };
  }

  teams(): Teams {
    return { host: 'flows.test', post: (card) => this.#write('teams', card, () => ({})) };
  }

  statuspage(): Statuspage {
    return {
      page: 'page1',
      components: async () => this.components,
      unresolved: async () => {
        this.#look();
        return [...this.incidents.values()].filter(({ status }) => status !== 'resolved');
      },
      incident: async (id) => {
        this.#look();
        return this.#incident(id);
      },
      open: (given) =>
        this.#write('statuspage', given, () => {
          const id = `inc${this.#next()}`;
          const { name, status, body, marker } = given;
          const made = {
            id,
            name,
            status,
            marker,
            url: `https://stspg.test/${id}`,
            updates: [{ status, body }],
          };
          this.#setComponents(given.components);
          this.incidents.set(id, made);
          return made;
        }),
      update: ({ id, status, body, components, ...rest }) =>
        this.#write('statuspage', { id, status, body, components, ...rest }, () => {
          const before = this.#incident(id);
          const made = { ...before, status, updates: [{ status, body }, ...before.updates] };
          this.#setComponents(components);
          this.incidents.set(id, made);
          return made;
        }),
    };
  }

  /** Somebody else's, or one of ours, as it may be found. */
  open(name: string, status: IncidentStatus): string {
    const id = `inc${this.#next()}`;
    this.incidents.set(id, { id, name, status, updates: [{ status, body: 'We look into it.' }] });
    return id;
  }

  #next(): number {
    this.#count += 1;
    return this.#count;
  }

  #incident(id: string): StatuspageIncident {
    const found = this.incidents.get(id);
    if (found === undefined) throw new PortFailure(`There is no incident ${id}.`, { reason: 'not-found' });
    return found;
  }

  #setComponents(states: Readonly<Record<string, ComponentStatus>> = {}): void {
    this.components = this.components.map((one) => ({ ...one, status: states[one.id] ?? one.status }));
  }

  #look(): void {
    if (this.blind !== undefined) throw this.blind;
  }

  async #write<T>(to: 'slack' | 'teams' | 'statuspage', content: unknown, land: () => T): Promise<T> {
    const { fails } = this;
    this.fails = undefined;
    if (fails !== undefined && !fails.landed) throw fails.failure;
    this.sent.push({ to, content });
    const answer = land();
    if (fails !== undefined) throw fails.failure;
    return answer;
  }
}
