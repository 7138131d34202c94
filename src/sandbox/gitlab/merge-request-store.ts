import type {
  ForgeEvent,
  ForgeLabelEvent,
  ForgeMergeRequest,
  ForgeNote,
  ForgePipeline,
  ForgeProject,
  MergeRequestFilter,
  MergeRequests,
  NewMergeRequest,
  PastMergeRequest,
} from './forge.ts';
import { ForgeRefusal } from './forge-refusal.ts';
import { type Held, newRecord, pastRecord } from './merge-request-record.ts';
import { MergeRequestWork, type MergeRequestWorkOptions } from './merge-request-work.ts';
import { detailedMergeStatus } from './merge-status.ts';

/** The merge requests of all projects, oldest first, and GitLab's background work on them. */
export class MergeRequestStore implements MergeRequests {
  readonly #options: MergeRequestWorkOptions;
  readonly #work: MergeRequestWork;
  readonly #held: Held[] = [];
  #lastId = 300_000;

  constructor(options: MergeRequestWorkOptions) {
    this.#options = options;
    this.#work = new MergeRequestWork(options);
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
    const sha = await this.#headOf(input);
    const { projectId, sourceProjectId = projectId, sourceBranch, targetBranch, author } = input;
    const [other] = this.list({ projectId, sourceProjectId, state: 'opened', sourceBranch, targetBranch });
    if (other !== undefined)
      throw new ForgeRefusal(409, [
        `Another open merge request already exists for this source branch: !${other.iid}`,
      ]);
    const ids = { id: this.#nextId(), iid: this.#nextIid(projectId) };
    const held = newRecord(input, { ...ids, sha, now: this.#now() });
    this.#held.push(held);
    await this.#work.readHead(held);
    this.#options.emit({ type: 'merge-request', action: 'open', mergeRequest: held, user: author });
    this.#relabel(held, author, input.labels ?? []);
    this.#work.prepare(held);
    return held;
  }

  /** Throws ForgeRefusal when there can be no such merge request. */
  async #headOf(input: NewMergeRequest): Promise<string> {
    const { projectId, sourceProjectId = projectId, sourceBranch, targetBranch } = input;
    const target = this.#options.project(projectId);
    const source = this.#options.project(sourceProjectId);
    if (source === target && sourceBranch === targetBranch)
      throw new ForgeRefusal(422, ["You can't use same project/branch for source and target"]);
    if (source !== target && source.forkedFrom !== target.id && target.forkedFrom !== source.id)
      throw new ForgeRefusal(422, ['Source project is not a fork of the target project']);
    const missing = (which: string, branch: string) =>
      new ForgeRefusal(422, [`${which} branch "${branch}" does not exist`]);
    if ((await target.repository.branch(targetBranch)) === undefined) throw missing('Target', targetBranch);
    const sha = await source.repository.branch(sourceBranch);
    if (sha === undefined) throw missing('Source', sourceBranch);
    return sha;
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

  rebase(mergeRequest: ForgeMergeRequest, user: string): Promise<boolean> {
    return this.#work.rebase(this.#of(mergeRequest), user);
  }

  async merge(
    mergeRequest: ForgeMergeRequest,
    user: string,
    wish: Parameters<MergeRequests['merge']>[2] = {},
  ): Promise<ForgeMergeRequest> {
    const held = this.#of(mergeRequest);
    await this.#work.merge(held, user, wish);
    return held;
  }

  recheck(mergeRequest: ForgeMergeRequest): void {
    this.#work.recheck(this.#of(mergeRequest));
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
    await this.#work.readHead(held);
    this.#touch(held, user, 'reopen');
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
      await this.#work.readHead(held);
      if (held.sha === before) continue;
      const count = held.commits.length;
      this.addNote(held, user, `added ${count} commit${count === 1 ? '' : 's'}`, true);
      this.#touch(held, user, 'head');
    }
  }

  /** Starts nothing more; resolves when git is idle. */
  stop(): Promise<void> {
    return this.#work.stop();
  }
}
