import {
  firstFiles,
  NEIGHBOURS,
  neighbourPath,
  neighbourText,
  QUOTA_FILE,
  quotaText,
} from './app-interface-files.ts';
import type { CodeHistory } from './code-history.ts';
import { type Changes, type Commit, History } from './foreseen-history.ts';
import type { Environment, KasSpec } from './kas-spec.ts';
import type { PastReview } from './past-review.ts';
import { APP_SRE, APPROVERS, BOT, CONTROL_PLANE, OTHERS, type Person } from './people.ts';
import { promotionDescription, promotionTitle } from './review-text.ts';
import { firstTargets, SAAS_FILE, saasFileText, type Targets } from './saas-file.ts';
import type { PlannedPromotion, Schedule } from './schedule.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const INTERFACE_PROJECT = 'service/app-interface';

/** A promotion that happened. */
export interface Promotion {
  readonly environment: Environment;
  /** Full SHA of the version, or `main`. */
  readonly ref: string;
  readonly from: string;
  readonly time: number;
  readonly commit: Commit;
  readonly iid: number;
}

export interface InterfaceHistory {
  readonly history: History;
  /** Oldest first. */
  readonly promotions: readonly Promotion[];
  readonly reviews: readonly PastReview[];
  /** What the saas file says in the end. */
  readonly targets: Targets;
}

export interface InterfaceOptions {
  readonly spec: KasSpec;
  readonly schedule: Schedule;
  readonly code: CodeHistory;
  readonly random: () => number;
  readonly now: number;
}

/** app-interface as it grew: promotions, and everything that other people did in between. */
export function writeInterface(options: InterfaceOptions): InterfaceHistory {
  return new InterfaceWriter(options).write();
}

interface Landing {
  readonly time: number;
  readonly author: Person;
  readonly title: string;
  readonly branch: string;
  readonly description: string;
  readonly changes: Changes;
  readonly approver: Person;
}

class InterfaceWriter {
  readonly #options: InterfaceOptions;
  readonly #history = new History('master');
  readonly #promotions: Promotion[] = [];
  readonly #reviews: PastReview[] = [];
  readonly #targets: Targets;
  readonly #quota: string[] = ['cpu: 40'];
  #iid = 31_400;

  constructor(options: InterfaceOptions) {
    this.#options = options;
    this.#targets = firstTargets(options.code.releases[0]?.sha ?? '');
  }

  write(): InterfaceHistory {
    const { schedule, spec, now } = this.#options;
    const [founder] = APP_SRE;
    if (founder !== undefined) {
      const facts = { author: founder, time: schedule.from, message: 'App interface\n' };
      this.#history.commit(facts, { ...firstFiles(), [SAAS_FILE]: saasFileText(this.#targets) });
    }
    const planned = this.#planned();
    const reverted = Math.floor(planned.length * 0.55);
    const stageFollowsFrom = spec.stageRef === 'main' ? now - 200 * 24 * HOUR : Number.POSITIVE_INFINITY;
    planned.forEach((promotion, index) => {
      const next = planned[index + 1]?.time ?? now;
      if (promotion.environment === 'stage' && promotion.time > stageFollowsFrom) {
        if (this.#targets.stage.ref !== 'main') this.#followMain(promotion.time);
        return;
      }
      this.#promote(promotion);
      const after = promotion.time + 5 * HOUR;
      if (index === reverted && after < next) this.#takeBack(after);
      this.#fill(promotion.time, next, index === planned.length - 1);
    });
    if (spec.revert === 'conflict') this.#remark(now - 11 * MINUTE);
    return {
      history: this.#history,
      promotions: this.#promotions,
      reviews: this.#reviews,
      targets: this.#targets,
    };
  }

  /** Release 0 is there from the start in both environments. */
  #planned(): PlannedPromotion[] {
    return this.#options.schedule.promotions.filter(({ release }) => release > 0);
  }

  #pick(people: readonly Person[]): Person {
    const person = people[Math.floor(this.#options.random() * people.length)] ?? people[0];
    if (person === undefined) throw new Error('There is nobody to choose from.');
    return person;
  }

  #promote({ environment, release, time }: PlannedPromotion): void {
    const { code } = this.#options;
    const to = code.releases[release]?.sha ?? '';
    const target = this.#targets[environment];
    const from = target.ref;
    if (from === to) return;
    target.ref = to;
    const commits = code.history.commits;
    const place = (sha: string) => commits.findIndex(({ id }) => id === sha);
    const titles = commits
      .slice(place(from) + 1, place(to) + 1)
      .map(({ message }) => message.split('\n')[0] ?? '');
    const link = this.#era(time) === 'ff' ? 'github' : 'gitlab';
    this.#land(
      {
        time,
        author: this.#pick(CONTROL_PLANE),
        title: promotionTitle(environment, to),
        branch: `kas-fleet-manager-${environment}-${to.slice(0, 7)}`,
        description: promotionDescription({ environment, from, to, titles, link }),
        changes: { [SAAS_FILE]: saasFileText(this.#targets) },
        approver: this.#pick(APPROVERS),
      },
      (commit, iid) => this.#promotions.push({ environment, ref: to, from, time, commit, iid }),
    );
  }

  /** A rollback of the past: the newest promotion to production is undone. */
  #takeBack(time: number): void {
    const last = this.#promotions.findLast(({ environment }) => environment === 'production');
    if (last === undefined) return;
    const target = this.#targets.production;
    const from = target.ref;
    target.ref = last.from;
    const title = `Revert "${promotionTitle('production', last.ref)}"`;
    this.#land(
      {
        time,
        author: this.#pick(CONTROL_PLANE),
        title,
        branch: `revert-${last.commit.id.slice(0, 8)}`,
        description: `This reverts merge request !${last.iid}\n\nInstances stay in preparing for minutes.\n`,
        changes: { [SAAS_FILE]: saasFileText(this.#targets) },
        approver: this.#pick(APPROVERS),
      },
      (commit, iid) =>
        this.#promotions.push({ environment: 'production', ref: last.from, from, time, commit, iid }),
    );
  }

  #followMain(time: number): void {
    this.#targets.stage.ref = 'main';
    this.#land({
      time,
      author: this.#pick(CONTROL_PLANE),
      title: 'chore: let kas-fleet-manager on stage follow main',
      branch: 'kas-fleet-manager-stage-main',
      description: 'Every merge to main is deployed to stage from now on.\n',
      changes: { [SAAS_FILE]: saasFileText(this.#targets) },
      approver: this.#pick(APPROVERS),
    });
  }

  /** Someone leaves a word on the very line of the promotion: a revert of it finds a conflict. */
  #remark(time: number): void {
    const { spec } = this.#options;
    const target = this.#targets[spec.bad === 'stage' ? 'stage' : 'production'];
    target.remark = 'MGDSTRM-10733, do not promote further until it is closed';
    this.#land({
      time,
      author: this.#pick(CONTROL_PLANE),
      title: 'docs: say on the line why kas-fleet-manager is not to be promoted',
      branch: 'kas-fleet-manager-remark',
      description: 'Instances fail since the last promotion; see the ticket.\n',
      changes: { [SAAS_FILE]: saasFileText(this.#targets) },
      approver: this.#pick(APPROVERS),
    });
  }

  /** What others do until the next promotion; less of it after the newest one. */
  #fill(from: number, until: number, newest: boolean): void {
    const { random } = this.#options;
    const count = newest ? 2 : Math.floor(random() * 2.4);
    for (let index = 1; index <= count; index += 1) {
      const time = from + ((until - from) * index) / (count + 2);
      if (random() < 0.2 && !newest) this.#setParameter(time);
      else if (random() < 0.3) this.#addQuota(time);
      else this.#promoteNeighbour(time);
    }
  }

  #setParameter(time: number): void {
    const { random } = this.#options;
    const environment = random() < 0.5 ? 'stage' : 'production';
    const value = String(40 + Math.floor(random() * 12) * 5);
    this.#targets[environment].parameters.set('DB_MAX_OPEN_CONNS', value);
    this.#land({
      time,
      author: this.#pick(CONTROL_PLANE),
      title: `chore: allow kas-fleet-manager ${value} database connections in ${environment}`,
      branch: `kas-connections-${environment}-${value}-${this.#iid}`,
      description: 'The pool was exhausted at peak hours.\n',
      changes: { [SAAS_FILE]: saasFileText(this.#targets) },
      approver: this.#pick(APPROVERS),
    });
  }

  #addQuota(time: number): void {
    this.#quota.push(`memory-${this.#quota.length}: ${8 + this.#quota.length}Gi`);
    this.#land({
      time,
      author: this.#pick(OTHERS),
      title: 'Raise the quota of the managed services',
      branch: `quota-${this.#quota.length}`,
      description: 'More tenants than we planned for.\n',
      changes: { [QUOTA_FILE]: quotaText(this.#quota) },
      approver: this.#pick(APP_SRE),
    });
  }

  #promoteNeighbour(time: number): void {
    const { random } = this.#options;
    const service = NEIGHBOURS[Math.floor(random() * NEIGHBOURS.length)] ?? 'account-manager';
    const sha = Array.from({ length: 40 }, () => Math.floor(random() * 16).toString(16)).join('');
    this.#land({
      time,
      author: this.#pick(OTHERS),
      title: `chore: update ${service} prod version to ${sha}`,
      branch: `${service}-${sha.slice(0, 7)}`,
      description: `Promotes ${service}.\n`,
      changes: { [neighbourPath(service)]: neighbourText(service, sha) },
      approver: this.#pick(APP_SRE),
    });
  }

  /** How merge requests were merged at that time. */
  #era(time: number): 'squash' | 'ff' | 'merge' {
    const { schedule, now } = this.#options;
    const age = (time - schedule.from) / (now - schedule.from);
    return age < 0.3 ? 'squash' : age < 0.6 ? 'ff' : 'merge';
  }

  #land(landing: Landing, then?: (commit: Commit, iid: number) => void): void {
    const { title, changes, author, time, branch } = landing;
    this.#iid += 1 + Math.floor(this.#options.random() * 30);
    const iid = this.#iid;
    const era = this.#era(time);
    const reference = `See merge request ${INTERFACE_PROJECT}!${iid}`;
    const opened = time - (20 + Math.floor(this.#options.random() * 90)) * MINUTE;
    const review = { ...landing, iid, era, opened };
    if (era === 'ff') {
      const commit = this.#history.commit({ author, committer: BOT, time, message: `${title}\n` }, changes);
      this.#reviews.push({ ...review, sha: commit.id });
      then?.(commit, iid);
      return;
    }
    const side = { author, time: era === 'squash' ? time : opened, message: `${title}\n` };
    const message = `Merge branch '${branch}' into 'master'\n\n${title}\n\n${reference}\n`;
    const base = this.#history.head?.time ?? 0;
    const landed = this.#history.merge({ ...side, time: Math.max(side.time, base) }, changes, {
      author: BOT,
      time,
      message,
    });
    const squashed = era === 'squash' ? { squashCommitSha: landed.side.id } : {};
    this.#reviews.push({ ...review, sha: landed.side.id, mergeCommitSha: landed.merge.id, ...squashed });
    then?.(landed.side, iid);
  }
}
