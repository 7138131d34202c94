import { diffTrees } from '../git/diff.ts';
import type { Forge, ForgeEvent, ForgeMergeRequest, ForgeProject } from '../gitlab/forge.ts';
import type { KasSpec } from './kas-spec.ts';
import { APP_SRE, APPROVERS, BOT, type Person } from './people.ts';
import { commandsOf, verdict } from './review-commands.ts';
import { coverageReport } from './review-text.ts';
import { SAAS_FILE } from './saas-file.ts';
import type { Timers } from './timers.ts';

const APPROVED = 'bot/approved';
const HELD = 'bot/hold';
const SELF_SERVICEABLE = ['self-serviceable', 'saas-file-update'];
/** Labels that only the bot may give. */
const GUARDED = [APPROVED, HELD, 'lgtm', 'approved'];
/** Labels that keep the bot from merging. */
const OBSTACLES =
  /^(bot\/hold|awaiting-approval|changes-requested|needs-rebase|blocked\/|do-not-merge|merge-error|pipeline-error|rebase-error)/;
const MAINTAINER = 40;

export interface BotOptions {
  readonly forge: Forge;
  readonly appInterface: ForgeProject;
  readonly spec: KasSpec['bot'];
  readonly timers: Timers;
}

/** What the bot remembers of an open merge request. */
interface Watched {
  /** Approvals from before the last push of somebody else count no more. */
  since: number;
  /** The report as it was last posted. */
  report: string;
  pipelines: number;
  busy: boolean;
}

/** The bot of app-interface: says who may approve, obeys those who may, rebases and merges. */
export class Bot {
  readonly #options: BotOptions;
  readonly #watched = new Map<number, Watched>();

  constructor(options: BotOptions) {
    this.#options = options;
  }

  start(): () => void {
    return this.#options.forge.on((event) => this.#hear(event));
  }

  #hear(event: ForgeEvent): void {
    if (event.type === 'push') {
      const { project, branch } = event;
      if (project === this.#options.appInterface && branch === project.defaultBranch) this.#considerAll();
      return;
    }
    const { mergeRequest } = event;
    if (mergeRequest.projectId !== this.#options.appInterface.id) return;
    if (event.type === 'merge-request') this.#changed(mergeRequest, event.action, event.user);
    else if (event.type === 'note') this.#noted(mergeRequest, event.note.author, event.note.body);
    else if (event.type === 'label' && event.event.user !== BOT.username) {
      this.#labelled(mergeRequest, event.event);
    } else if (event.type === 'pipeline') this.#consider(mergeRequest);
  }

  #considerAll(): void {
    const { forge, appInterface } = this.#options;
    const open = forge.mergeRequests.list({ projectId: appInterface.id, state: 'opened' });
    for (const mergeRequest of open) this.#consider(mergeRequest);
  }

  #changed(mergeRequest: ForgeMergeRequest, action: string, user: string): void {
    const { timers, spec, forge } = this.#options;
    if (action === 'open' || action === 'reopen') {
      this.#watched.set(mergeRequest.id, { since: 0, report: '', pipelines: 0, busy: false });
      this.#runPipeline(mergeRequest);
      timers.after(spec.reportSeconds, () => this.#welcome(mergeRequest));
    } else if (action === 'head') {
      const watched = this.#watched.get(mergeRequest.id);
      if (watched !== undefined && user !== BOT.username) watched.since = forge.now();
      forge.mergeRequests.removeLabel(mergeRequest, BOT.username, 'needs-rebase');
      this.#runPipeline(mergeRequest);
      this.#decide(mergeRequest);
    }
  }

  #welcome(mergeRequest: ForgeMergeRequest): void {
    if (mergeRequest.state !== 'opened') return;
    const { mergeRequests } = this.#options.forge;
    for (const label of SELF_SERVICEABLE) mergeRequests.addLabel(mergeRequest, BOT.username, label);
    if (!this.#mayPush(mergeRequest)) {
      mergeRequests.addLabel(mergeRequest, BOT.username, 'blocked/bot-access');
      const body = `@${BOT.username} is not a Maintainer of the source project: it can neither rebase nor merge this. Please add it there.`;
      mergeRequests.addNote(mergeRequest, BOT.username, body);
    }
    this.#decide(mergeRequest);
  }

  #mayPush({ sourceProjectId }: ForgeMergeRequest): boolean {
    const level = this.#options.forge.project(sourceProjectId)?.members.get(BOT.username) ?? 0;
    return level >= MAINTAINER;
  }

  #noted(mergeRequest: ForgeMergeRequest, author: string, body: string): void {
    if (author === BOT.username) return;
    const commands = commandsOf(body);
    if (commands.length === 0) return;
    if (commands.includes('retest') && mergeRequest.state === 'opened') this.#runPipeline(mergeRequest);
    this.#options.timers.after(1, () => this.#decide(mergeRequest));
  }

  #labelled(
    mergeRequest: ForgeMergeRequest,
    { action, label, user }: { readonly action: string; readonly label: string; readonly user: string },
  ): void {
    if (!GUARDED.includes(label) || APP_SRE.some(({ username }) => username === user)) return;
    const { timers, forge } = this.#options;
    timers.after(1, () => {
      const { mergeRequests } = forge;
      if (action === 'add') mergeRequests.removeLabel(mergeRequest, BOT.username, label);
      else mergeRequests.addLabel(mergeRequest, BOT.username, label);
      const body = `@${user} may not ${action} the label ${label}; it was put back.`;
      mergeRequests.addNote(mergeRequest, BOT.username, body);
    });
  }

  #decide(mergeRequest: ForgeMergeRequest): void {
    this.#options.timers.run(() => this.#decideNow(mergeRequest));
  }

  /** Tells by labels and by its report what the approvers decided. */
  async #decideNow(mergeRequest: ForgeMergeRequest): Promise<void> {
    const { appInterface, forge } = this.#options;
    const changes = await diffTrees(appInterface.repository.folder, mergeRequest.baseSha, mergeRequest.sha);
    const paths = changes.map(({ newPath }) => newPath);
    const watched = this.#watched.get(mergeRequest.id);
    if (watched === undefined || mergeRequest.state !== 'opened') return;
    const approvers = approversOf(mergeRequest, paths);
    const usernames = new Set([...approvers, ...APP_SRE].map(({ username }) => username));
    const { approved, held } = verdict(mergeRequest.notes, usernames, watched.since);
    const others = mergeRequest.labels.filter((label) => label !== APPROVED && label !== HELD);
    forge.mergeRequests.setLabels(mergeRequest, BOT.username, [
      ...others,
      ...(approved && !held ? [APPROVED] : []),
      ...(held ? [HELD] : []),
    ]);
    const status = held ? 'hold' : approved ? 'approved' : '';
    const report = coverageReport(
      paths.map((path) => ({ path, status })),
      approvers,
    );
    if (report !== watched.report) {
      watched.report = report;
      forge.mergeRequests.addNote(mergeRequest, BOT.username, report);
    }
    this.#consider(mergeRequest);
  }

  #runPipeline(mergeRequest: ForgeMergeRequest): void {
    const { forge, spec, timers } = this.#options;
    const { mergeRequests } = forge;
    const watched = this.#watched.get(mergeRequest.id);
    if (watched === undefined) return;
    const first = watched.pipelines === 0;
    watched.pipelines += 1;
    const fails = spec.pipeline === 'failed' || (spec.pipeline === 'failed-once' && first);
    const { id } = mergeRequests.addPipeline(mergeRequest, 'created');
    timers.after(1, () => mergeRequests.setPipelineStatus(mergeRequest, id, 'running'));
    timers.after(1 + spec.pipelineSeconds, () =>
      mergeRequests.setPipelineStatus(mergeRequest, id, fails ? 'failed' : 'success'),
    );
  }

  /** Merges, or does what has to come before. */
  #consider(mergeRequest: ForgeMergeRequest): void {
    const watched = this.#watched.get(mergeRequest.id);
    if (watched === undefined || watched.busy || !this.#isDue(mergeRequest)) return;
    const { forge, timers, spec } = this.#options;
    watched.busy = true;
    timers.run(async () => {
      try {
        if ((await forge.mergeRequests.divergedCommits(mergeRequest)) > 0) {
          await this.#rebase(mergeRequest);
          return;
        }
        await timers.pause(spec.mergeSeconds);
        const stands = this.#isDue(mergeRequest);
        if (stands && (await forge.mergeRequests.divergedCommits(mergeRequest)) === 0) {
          await this.#merge(mergeRequest);
        }
      } finally {
        watched.busy = false;
      }
      // Something may have happened in between; with nothing due this ends.
      this.#consider(mergeRequest);
    });
  }

  #isDue(mergeRequest: ForgeMergeRequest): boolean {
    const { state, labels, pipelines, sha } = mergeRequest;
    const pipeline = pipelines.find((item) => item.sha === sha);
    return (
      state === 'opened' &&
      labels.includes(APPROVED) &&
      !labels.some((label) => OBSTACLES.test(label)) &&
      pipeline?.status === 'success'
    );
  }

  async #rebase(mergeRequest: ForgeMergeRequest): Promise<void> {
    const { mergeRequests } = this.#options.forge;
    if (await mergeRequests.rebase(mergeRequest, BOT.username)) return;
    mergeRequests.addLabel(mergeRequest, BOT.username, 'needs-rebase');
    const body = 'This conflicts with the target branch; please rebase it by hand.';
    mergeRequests.addNote(mergeRequest, BOT.username, body);
  }

  async #merge(mergeRequest: ForgeMergeRequest): Promise<void> {
    const { mergeRequests } = this.#options.forge;
    try {
      await mergeRequests.merge(mergeRequest, BOT.username, { sha: mergeRequest.sha });
    } catch (error) {
      mergeRequests.addLabel(mergeRequest, BOT.username, 'merge-error');
      throw error;
    }
  }
}

/** Who owns all the files; nobody approves their own changes. */
function approversOf({ author }: ForgeMergeRequest, paths: readonly string[]): Person[] {
  const owners = paths.every((path) => path === SAAS_FILE) ? APPROVERS : APP_SRE;
  return owners.filter(({ username }) => username !== author);
}
