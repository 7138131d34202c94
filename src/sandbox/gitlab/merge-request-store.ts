import type { Signature } from '../git/history.ts';
import type { SandboxClock } from '../kubernetes/world-interfaces.ts';
import { BackgroundWork } from './background-work.ts';
import {
  type Forge,
  type ForgeEvent,
  type ForgeLabelEvent,
  type ForgeMergeRequest,
  type ForgeNote,
  type ForgePipeline,
  type ForgeProject,
  ForgeRefusal,
  type MergeRequestFilter,
  type MergeRequests,
  type NewMergeRequest,
  type PastMergeRequest,
} from './forge.ts';
import type { ForgeDelays } from './git-forge.ts';
import {
  checkMerge,
  type MergeWish,
  makeMerge,
  readHead,
  rebaseHead,
  type Sides,
} from './merge-request-git.ts';
import { type Held, newRecord, pastRecord } from './merge-request-record.ts';
import { detailedMergeStatus } from './merge-status.ts';

export interface MergeRequestStoreOptions {
  readonly clock: SandboxClock;
  readonly pace: (milliseconds: number) => number;
  readonly delays: ForgeDelays;
  readonly onError: (error: unknown) => void;
  readonly emit: (event: ForgeEvent) => void;
  readonly project: (id: number) => ForgeProject;
  readonly signature: (username: string) => Signature;
  readonly push: Forge['push'];
}

/** The merge requests of all projects, oldest first, and GitLab's background work on them. */
export class MergeRequestStore implements MergeRequests {
  readonly #options: MergeRequestStoreOptions;
  readonly #background: BackgroundWork;
  readonly #held: Held[] = [];
  #lastId = 300_000;

  constructor(options: MergeRequestStoreOptions) {
    this.#options = options;
    const { clock, pace, onError } = options;
    this.#background = new BackgroundWork({ clock, pace, onError });
  }

  #now(): number {
    return this.#options.clock.now();
  }

  /** Ids of notes, events and pipelines share one row of numbers, as nothing but their order matters. */
  #nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  #of(mergeRequest: ForgeMergeRequest): Held {
    const held = this.#held.find(({ id }) => id === mergeRequest.id);
    if (held === undefined) throw new ForgeRefusal(404, '404 Not found');
    return held;
  }

  #nextIid(projectId: number): number {
    return (
      Math.max(0, ...this.#held.filter((item) => item.projectId === projectId).map(({ iid }) => iid)) + 1
    );
  }

  async create(input: NewMergeRequest): Promise<ForgeMergeRequest> {
    await this.#refuseUnfit(input);
    const held = newRecord(input, this.#nextId(), this.#nextIid(input.projectId), this.#now());
    this.#held.push(held);
    await this.#readHead(held);
    this.#options.emit({ type: 'merge-request', action: 'open', mergeRequest: held, user: input.author });
    this.#relabel(held, input.author, input.labels ?? []);
    this.#background.later(this.#options.delays.prepare, async () => {
      held.preparedAt = this.#now();
      this.recheck(held);
    });
    return held;
  }

  async #refuseUnfit(input: NewMergeRequest): Promise<void> {
    const { projectId, sourceProjectId = projectId, sourceBranch, targetBranch } = input;
    const target = this.#options.project(projectId);
    const source = this.#options.project(sourceProjectId);
    if (source === target && sourceBranch === targetBranch)
      throw new ForgeRefusal(422, ["You can't use same project/branch for source and target"]);
    if (source !== target && source.forkedFrom !== target.id && target.forkedFrom !== source.id)
      throw new ForgeRefusal(422, ['Source project is not a fork of the target project']);
    for (const [project, branch, which] of [
      [source, sourceBranch, 'Source'],
      [target, targetBranch, 'Target'],
    ] as const) {
      if ((await project.repository.branch(branch)) === undefined)
        throw new ForgeRefusal(422, [`${which} branch "${branch}" does not exist`]);
    }
    const other = this.list({ projectId, sourceProjectId, state: 'opened', sourceBranch, targetBranch })[0];
    if (other !== undefined)
      throw new ForgeRefusal(409, [
        `Another open merge request already exists for this source branch: !${other.iid}`,
      ]);
  }

  addPast(input: PastMergeRequest): ForgeMergeRequest {
    const held = pastRecord(input, () => this.#nextId());
    this.#held.push(held);
    return held;
  }

  get(projectId: number, iid: number): ForgeMergeRequest | undefined {
    return this.#held.find((item) => item.projectId === projectId && item.iid === iid);
  }

  list(filter: MergeRequestFilter = {}): readonly ForgeMergeRequest[] {
    const { state = 'all', ...fields } = filter;
    const wanted = Object.entries(fields).filter(([, value]) => value !== undefined);
    return this.#held
      .filter(
        (item) =>
          (state === 'all' || item.state === state) &&
          wanted.every(([field, value]) => item[field as keyof typeof fields] === value),
      )
      .sort((a, b) => b.createdAt - a.createdAt || b.id - a.id);
  }

  update(
    mergeRequest: ForgeMergeRequest,
    user: string,
    change: Parameters<MergeRequests['update']>[2],
  ): void {
    const held = this.#of(mergeRequest);
    Object.assign(held, change);
    this.#touch(held, user, 'update');
  }

  #touch(held: Held, user: string, action: Extract<ForgeEvent, { type: 'merge-request' }>['action']): void {
    held.updatedAt = this.#now();
    this.#options.emit({ type: 'merge-request', action, mergeRequest: held, user });
  }

  setLabels(mergeRequest: ForgeMergeRequest, user: string, labels: readonly string[]): void {
    this.#relabel(this.#of(mergeRequest), user, labels);
  }

  addLabel(mergeRequest: ForgeMergeRequest, user: string, label: string): void {
    this.setLabels(mergeRequest, user, [...mergeRequest.labels, label]);
  }

  removeLabel(mergeRequest: ForgeMergeRequest, user: string, label: string): void {
    this.setLabels(
      mergeRequest,
      user,
      mergeRequest.labels.filter((item) => item !== label),
    );
  }

  #relabel(held: Held, user: string, wanted: readonly string[]): void {
    const labels = [...new Set(wanted)];
    const added = labels.filter((label) => !held.labels.includes(label));
    const removed = held.labels.filter((label) => !labels.includes(label));
    held.labels = labels;
    const events: ForgeLabelEvent[] = [
      ...added.map((label) => ({ action: 'add' as const, label })),
      ...removed.map((label) => ({ action: 'remove' as const, label })),
    ].map((change) => ({ ...change, id: this.#nextId(), user, createdAt: this.#now() }));
    if (events.length === 0) return;
    held.updatedAt = this.#now();
    held.labelEvents.push(...events);
    for (const event of events) this.#options.emit({ type: 'label', mergeRequest: held, event });
  }

  addNote(mergeRequest: ForgeMergeRequest, user: string, body: string, system = false): ForgeNote {
    const held = this.#of(mergeRequest);
    const note = { id: this.#nextId(), author: user, body, createdAt: this.#now(), system };
    held.notes.push(note);
    held.updatedAt = note.createdAt;
    this.#options.emit({ type: 'note', mergeRequest: held, note });
    return note;
  }

  approve(mergeRequest: ForgeMergeRequest, user: string): void {
    const held = this.#of(mergeRequest);
    if (held.approvedBy.includes(user)) throw new ForgeRefusal(401, '401 Unauthorized');
    held.approvedBy.push(user);
    this.addNote(held, user, 'approved this merge request', true);
  }

  addPipeline(mergeRequest: ForgeMergeRequest, status: string): ForgePipeline {
    const held = this.#of(mergeRequest);
    const [id, now] = [this.#nextId(), this.#now()];
    const pipeline = { id, iid: id % 1000, sha: held.sha, status, createdAt: now, updatedAt: now };
    held.pipelines.unshift(pipeline);
    this.#options.emit({ type: 'pipeline', mergeRequest: held, pipeline });
    return pipeline;
  }

  setPipelineStatus(mergeRequest: ForgeMergeRequest, pipelineId: number, status: string): void {
    const held = this.#of(mergeRequest);
    const pipeline = held.pipelines.find(({ id }) => id === pipelineId);
    if (pipeline === undefined) throw new ForgeRefusal(404, '404 Pipeline Not Found');
    pipeline.status = status;
    pipeline.updatedAt = this.#now();
    this.#options.emit({ type: 'pipeline', mergeRequest: held, pipeline });
  }

  async rebase(mergeRequest: ForgeMergeRequest, user: string): Promise<boolean> {
    const held = this.#of(mergeRequest);
    if (held.state !== 'opened') throw new ForgeRefusal(403, '403 Forbidden');
    if (held.rebaseInProgress) throw new ForgeRefusal(409, 'A rebase is already in progress');
    held.rebaseInProgress = true;
    held.mergeError = undefined;
    let done = false;
    await this.#background.after(this.#options.delays.rebase, async () => {
      try {
        done = await this.#rebaseNow(held, user);
      } finally {
        held.rebaseInProgress = false;
      }
    });
    return done;
  }

  async #rebaseNow(held: Held, user: string): Promise<boolean> {
    const { push, signature } = this.#options;
    const sides = this.#sides(held);
    if (held.state !== 'opened') return false;
    const before = held.sha;
    const head = await rebaseHead(held, sides, signature(user), this.#now());
    if (head === undefined) {
      held.mergeError = 'Rebase failed: Rebase locally, resolve all conflicts, then push the branch.';
      return false;
    }
    if (head !== before) await push(sides.source, user, held.sourceBranch, before, head);
    return true;
  }

  async merge(
    mergeRequest: ForgeMergeRequest,
    user: string,
    wish: MergeWish & { readonly sha?: string } = {},
  ): Promise<ForgeMergeRequest> {
    const held = this.#of(mergeRequest);
    if (held.state !== 'opened') throw new ForgeRefusal(405, '405 Method Not Allowed');
    if (wish.sha !== undefined && wish.sha !== held.sha)
      throw new ForgeRefusal(409, `SHA does not match HEAD of source branch: ${held.sha}`);
    held.state = 'locked';
    await this.#background.after(this.#options.delays.merge, async () => {
      try {
        await this.#mergeNow(held, user, wish);
      } catch (error) {
        held.state = 'opened';
        throw error;
      }
    });
    return held;
  }

  async #mergeNow(held: Held, user: string, wish: MergeWish): Promise<void> {
    const { push, signature, emit } = this.#options;
    const { source, target } = this.#sides(held);
    const now = this.#now();
    const { before, after, ...commits } = await makeMerge(held, target, signature(user), now, wish);
    await push(target, user, held.targetBranch, before, after);
    Object.assign(held, commits, { mergedBy: user, mergedAt: now, updatedAt: now });
    held.state = 'merged';
    held.mergeStatus = 'can_be_merged';
    emit({ type: 'merge', mergeRequest: held, user });
    if (held.removeSourceBranch && source.defaultBranch !== held.sourceBranch)
      await push(source, user, held.sourceBranch, held.sha, undefined);
  }

  close(mergeRequest: ForgeMergeRequest, user: string): void {
    const held = this.#of(mergeRequest);
    if (held.state !== 'opened') return;
    held.state = 'closed';
    held.closedAt = this.#now();
    held.closedBy = user;
    this.#touch(held, user, 'close');
  }

  async reopen(mergeRequest: ForgeMergeRequest, user: string): Promise<void> {
    const held = this.#of(mergeRequest);
    if (held.state !== 'closed') return;
    held.state = 'opened';
    held.closedAt = undefined;
    held.closedBy = undefined;
    await this.#readHead(held);
    this.#touch(held, user, 'reopen');
  }

  recheck(mergeRequest: ForgeMergeRequest): void {
    const held = this.#of(mergeRequest);
    if (held.state !== 'opened' || held.mergeStatus !== 'unchecked') return;
    held.mergeStatus = 'checking';
    this.#background.later(this.#options.delays.check, async () => {
      const { sha } = held;
      const result = await checkMerge(held, this.#options.project(held.projectId));
      // A push meanwhile asks for another check.
      if (held.sha === sha && held.mergeStatus === 'checking') Object.assign(held, result);
    });
  }

  detailedMergeStatus(mergeRequest: ForgeMergeRequest): string {
    return detailedMergeStatus(mergeRequest, this.#options.project(mergeRequest.projectId));
  }

  async divergedCommits(mergeRequest: ForgeMergeRequest): Promise<number> {
    const { repository } = this.#options.project(mergeRequest.projectId);
    const head = await repository.branch(mergeRequest.targetBranch);
    return head === undefined ? 0 : repository.count(`${mergeRequest.sha}..${head}`);
  }

  /** Has the open merge requests from and into a branch follow its new head. */
  async followPush(project: ForgeProject, branch: string, user: string): Promise<void> {
    for (const held of this.#held.filter(({ state }) => state === 'opened')) {
      const isSource = held.sourceProjectId === project.id && held.sourceBranch === branch;
      const isTarget = held.projectId === project.id && held.targetBranch === branch;
      if (isTarget) held.mergeStatus = 'unchecked';
      if (!isSource) continue;
      const before = held.sha;
      await this.#readHead(held);
      if (held.sha === before) continue;
      this.addNote(held, user, `added ${held.commits.length} commits`, true);
      this.#touch(held, user, 'head');
    }
  }

  /** Without a source branch everything stays as it was. */
  async #readHead(held: Held): Promise<void> {
    const head = await readHead(held, this.#sides(held));
    if (head !== undefined) Object.assign(held, head, { mergeStatus: 'unchecked' });
  }

  #sides({ projectId, sourceProjectId }: ForgeMergeRequest): Sides {
    const { project } = this.#options;
    return { target: project(projectId), source: project(sourceProjectId) };
  }

  /** Starts nothing more; resolves when git is idle. */
  stop(): Promise<void> {
    return this.#background.stop();
  }
}
