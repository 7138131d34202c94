import type { Signature } from '../git/history.ts';
import type { SandboxClock } from '../kubernetes/world-interfaces.ts';
import { BackgroundWork } from './background-work.ts';
import type { Forge, ForgeEvent, ForgeMergeRequest, ForgeProject } from './forge.ts';
import { ForgeRefusal } from './forge-refusal.ts';
import type { ForgeDelays } from './git-forge.ts';
import {
  checkMerge,
  type MergeWish,
  makeMerge,
  readHead,
  rebaseHead,
  type Sides,
} from './merge-request-git.ts';
import type { Held } from './merge-request-record.ts';

export interface MergeRequestWorkOptions {
  readonly clock: SandboxClock;
  readonly pace: (milliseconds: number) => number;
  readonly delays: ForgeDelays;
  readonly onError: (error: unknown) => void;
  readonly emit: (event: ForgeEvent) => void;
  readonly project: (id: number) => ForgeProject;
  readonly signature: (username: string) => Signature;
  readonly push: Forge['push'];
}

const REBASE_FAILED = 'Rebase failed: Rebase locally, resolve all conflicts, then push the branch.';

/** What GitLab does with a merge request in git, most of it a while after it was asked. */
export class MergeRequestWork {
  readonly #options: MergeRequestWorkOptions;
  readonly #background: BackgroundWork;
  readonly #checks = new WeakMap<Held, symbol>();

  constructor(options: MergeRequestWorkOptions) {
    this.#options = options;
    const { clock, pace, onError } = options;
    this.#background = new BackgroundWork({ clock, pace, onError });
  }

  #now(): number {
    return this.#options.clock.now();
  }

  /** Ends `preparing`, and has the merge status computed for the first time. */
  prepare(held: Held): void {
    this.#background.later(this.#options.delays.prepare, async () => {
      held.preparedAt = this.#now();
      this.recheck(held);
    });
  }

  /** Rejects only when it cannot begin; how it ended stands in `mergeError`. */
  async rebase(held: Held, user: string): Promise<boolean> {
    if (held.state !== 'opened') throw new ForgeRefusal(403, '403 Forbidden');
    if (held.rebaseInProgress) throw new ForgeRefusal(409, 'A rebase is already in progress');
    held.rebaseInProgress = true;
    held.mergeError = undefined;
    await this.#background.after(this.#options.delays.rebase, async () => {
      try {
        if (!(await this.#rebaseNow(held, user))) held.mergeError = REBASE_FAILED;
      } catch (error) {
        held.mergeError = REBASE_FAILED;
        // A push that came first is nothing out of the ordinary.
        if (!(error instanceof ForgeRefusal)) this.#options.onError(error);
      } finally {
        held.rebaseInProgress = false;
      }
    });
    return held.mergeError === undefined;
  }

  /** False when it conflicts, or there is nothing to rebase any more. */
  async #rebaseNow(held: Held, user: string): Promise<boolean> {
    const { push, signature } = this.#options;
    const sides = this.#sides(held);
    if (held.state !== 'opened') return false;
    const before = held.sha;
    const head = await rebaseHead(held, sides, signature(user), this.#now());
    if (head === undefined) return false;
    if (head !== before) await push(sides.source, user, held.sourceBranch, before, head);
    return true;
  }

  async merge(held: Held, user: string, wish: MergeWish & { readonly sha?: string } = {}): Promise<void> {
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
    if (!held.removeSourceBranch || source.defaultBranch === held.sourceBranch) return;
    // Someone who pushed meanwhile keeps the branch.
    if ((await source.repository.branch(held.sourceBranch)) === held.sha)
      await push(source, user, held.sourceBranch, held.sha, undefined);
  }

  recheck(held: Held): void {
    if (held.state !== 'opened' || held.mergeStatus !== 'unchecked') return;
    held.mergeStatus = 'checking';
    this.#background.later(this.#options.delays.check, async () => {
      const check = Symbol();
      this.#checks.set(held, check);
      const result = await checkMerge(held, this.#options.project(held.projectId));
      // A push meanwhile asks for another check, which may have begun.
      const isNewest = this.#checks.get(held) === check;
      if (isNewest && held.mergeStatus === 'checking') Object.assign(held, result);
    });
  }

  /** Without a source branch everything stays as it was. */
  async readHead(held: Held): Promise<void> {
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
