import type { Event } from '../engine/event.ts';
import type { SessionState } from '../engine/state.ts';
import type { GitLabReads } from '../ports/gitlab.ts';
import type { KubernetesReads } from '../ports/kubernetes.ts';
import { formatDuration } from '../prose/duration.ts';
import { type DatabaseWitness, databaseCheck } from './database-check.ts';
import { type GitLabExpectation, gitlabCheck } from './gitlab-check.ts';
import { type InboxExpectation, type Inboxes, inboxCheck } from './inbox-check.ts';
import type { DatabaseExpectation, Scenario, WorldExpectation } from './scenario.ts';

export interface Check {
  readonly what: string;
  readonly held: boolean;
  readonly found: string;
}

export interface Scorecard {
  readonly scenario: string;
  /** What the scenario says must be so at the end; all of them decide the exit code. */
  readonly expectations: readonly Check[];
  /** How well it was done; they decide the score. */
  readonly objectives: readonly Check[];
  /** 0 to 100: nothing when an expectation failed; each missed objective takes its share. */
  readonly score: number;
}

/** A line of the sandbox's audit log. */
export interface AuditEntry {
  readonly api: string;
  readonly user: string;
  readonly verb: string;
  readonly path: string;
  readonly dryRun: boolean;
  readonly code: number;
}

const MISSED_OBJECTIVE = 25;

/** Judges a drill that has ended, by its events, the world as it is now, and what the sandbox's audit log saw. */
export async function judge(
  scenario: Scenario,
  state: SessionState,
  events: readonly Event[],
  world: KubernetesReads,
  audit: readonly AuditEntry[],
  gitlab: () => Promise<GitLabReads>,
  database: () => Promise<DatabaseWitness>,
  inboxes: () => Promise<Inboxes>,
): Promise<Scorecard> {
  const expectations = [
    outcomeCheck(scenario, state),
    ...Object.entries(scenario.expect.steps).map(([id, wanted]) => stepCheck(state, id, wanted)),
    ...(await Promise.all(
      scenario.expect.world.map((wanted) =>
        'project' in wanted
          ? gitlabCheck(gitlab, state, wanted)
          : 'database' in wanted
            ? databaseCheck(database, wanted)
            : 'inbox' in wanted
              ? inboxCheck(inboxes, wanted)
              : worldCheck(world, wanted),
      ),
    )),
  ];
  const objectives = [...recoveryCheck(scenario, events), ...collateralCheck(scenario, audit)];
  const missed = objectives.filter((check) => !check.held).length;
  const score = expectations.every((check) => check.held) ? Math.max(0, 100 - missed * MISSED_OBJECTIVE) : 0;
  return { scenario: scenario.id, expectations, objectives, score };
}

function outcomeCheck(scenario: Scenario, state: SessionState): Check {
  const found = state.end?.outcome ?? state.status;
  return { what: `the session ${scenario.expect.outcome}`, held: found === scenario.expect.outcome, found };
}

function stepCheck(state: SessionState, id: string, wanted: string): Check {
  const found = state.steps[id]?.state ?? 'no such step';
  return { what: `${id} is ${wanted}`, held: found === wanted, found };
}

async function worldCheck(
  world: KubernetesReads,
  wanted: Exclude<WorldExpectation, GitLabExpectation | DatabaseExpectation | InboxExpectation>,
): Promise<Check> {
  if ('deployment' in wanted) {
    const deployment = await world.get({ group: 'apps', resource: 'deployments', name: wanted.deployment });
    const found = Number(deployment.spec?.replicas ?? 1);
    const what = `deployment/${wanted.deployment} has ${wanted.replicas} replicas`;
    return { what, held: found === wanted.replicas, found: String(found) };
  }
  if ('selector' in wanted) {
    const service = await world.get({ group: '', resource: 'services', name: wanted.service });
    const found = sorted(service.spec?.selector);
    const what = `service/${wanted.service} selects ${sorted(wanted.selector)}`;
    return { what, held: found === sorted(wanted.selector), found };
  }
  const endpoints = await world.get({ group: '', resource: 'endpoints', name: wanted.service });
  const names = endpointPods(endpoints.subsets);
  const others = names.filter((name) => !name.startsWith(`${wanted['endpoints-of']}-`));
  return {
    what: `service/${wanted.service} reaches at least ${wanted['at-least']} pods, all of ${wanted['endpoints-of']}`,
    held: others.length === 0 && names.length >= wanted['at-least'],
    found: names.join(', ') || 'no pod',
  };
}

function sorted(selector: unknown): string {
  const entries = Object.entries((selector ?? {}) as Record<string, unknown>).sort(([a], [b]) =>
    a.localeCompare(b),
  );
  return `{${entries.map(([name, value]) => `${name}: ${String(value)}`).join(', ')}}`;
}

function endpointPods(subsets: unknown): readonly string[] {
  const list = (subsets ?? []) as readonly { addresses?: readonly { targetRef?: { name: string } }[] }[];
  return list.flatMap((subset) =>
    (subset.addresses ?? []).map((address) => address.targetRef?.name ?? 'unnamed'),
  );
}

function recoveryCheck(scenario: Scenario, events: readonly Event[]): readonly Check[] {
  const limit = scenario.objectives['time-to-recovery'];
  const began = events[0];
  if (limit === undefined || began === undefined) return [];
  const switches = new Set(
    events.flatMap((event) =>
      event.type === 'step-planned' &&
      event.plan.effects.some((effect) => effect.target.startsWith('service/'))
        ? [event.step]
        : [],
    ),
  );
  const end = scenario.objectives['recovered-by'];
  const ends = end === undefined ? switches : new Set([end]);
  const last = events.findLast((event) => event.type === 'step-succeeded' && ends.has(event.step));
  const what = `traffic recovered within ${formatDuration(limit)}`;
  if (last === undefined) return [{ what, held: false, found: 'it did not recover' }];
  const took = Date.parse(last.time) - Date.parse(began.time);
  return [{ what, held: took <= limit, found: formatDuration(took) }];
}

const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection', 'post', 'put']);

function collateralCheck(scenario: Scenario, audit: readonly AuditEntry[]): readonly Check[] {
  const allowed = scenario.objectives['writes-only-to'];
  if (allowed === undefined) return [];
  const strays = audit.filter(
    (entry) =>
      entry.user === 'operator' &&
      WRITES.has(entry.verb) &&
      !entry.dryRun &&
      entry.code < 400 &&
      !entry.path.includes('accessreviews') &&
      // the session's own claim on its namespace
      !entry.path.includes('/leases') &&
      !allowed.some((target) => new RegExp(`/${target}(/scale)?(\\?|$)`).test(entry.path)),
  );
  const found =
    strays.length === 0 ? 'nothing else' : strays.map((entry) => `${entry.verb} ${entry.path}`).join(', ');
  return [{ what: 'nothing was written but what the rollback needs', held: strays.length === 0, found }];
}
