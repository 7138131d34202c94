import { PortFailure } from '../../src/ports/failure.ts';
import type {
  GitLab,
  GitLabCommit,
  GitLabFileDiff,
  GitLabProject,
  GitLabUser,
  LabelEvent,
  MergeRequest,
  Note,
  Pipeline,
  ProjectRef,
} from '../../src/ports/gitlab.ts';
import type { ReadOptions } from '../../src/ports/kubernetes.ts';
import { GitLabWorld, notFound } from './gitlab-world.ts';

type Operation = Exclude<keyof GitLab, 'url'>;
type Write = 'createBranch' | 'revert' | 'commitFile' | 'createMergeRequest' | 'comment';

/**
 * GitLab in memory: projects and forks over one small repository each, merge requests, notes.
 * No bot and no pipeline acts by itself: a test puts the world it wants, and may react to writes with `onWrite`.
 */
export class FakeGitLab extends GitLabWorld implements GitLab {
  scopes: readonly string[] | undefined = ['api'];
  /** Every write that happened, in order. */
  readonly writes: { readonly operation: Write; readonly request: unknown }[] = [];
  readonly calls: Operation[] = [];
  /** Called after a write has happened, before it is answered: the place of a bot. */
  onWrite: (operation: Write) => void = () => undefined;

  readonly #failures: { operation: Operation; failure: PortFailure; after: boolean }[] = [];

  /** The next such call fails; `after`: the write happens all the same, and only its answer is lost. */
  failNext(operation: Operation, failure: PortFailure, options: { readonly after?: boolean } = {}): this {
    this.#failures.push({ operation, failure, after: options.after ?? false });
    return this;
  }

  async me(options?: ReadOptions): Promise<GitLabUser> {
    this.#begin('me', options);
    return this.user;
  }

  async tokenScopes(options?: ReadOptions): Promise<readonly string[] | undefined> {
    this.#begin('tokenScopes', options);
    return this.scopes;
  }

  async project(ref: ProjectRef, options?: ReadOptions): Promise<GitLabProject> {
    this.#begin('project', options);
    return this.home(ref).project;
  }

  async commits(
    request: Parameters<GitLab['commits']>[0],
    options?: ReadOptions,
  ): Promise<readonly GitLabCommit[]> {
    this.#begin('commits', options);
    const home = this.home(request.project);
    const head = this.sha(home, request.ref ?? home.project.defaultBranch);
    return home.repository.history(head, request.path).slice(0, request.limit);
  }

  async commit(project: ProjectRef, sha: string, options?: ReadOptions): Promise<GitLabCommit> {
    this.#begin('commit', options);
    const home = this.home(project);
    return home.repository.find(this.sha(home, sha)) ?? notFound('Commit');
  }

  async commitDiff(
    project: ProjectRef,
    sha: string,
    options?: ReadOptions,
  ): Promise<readonly GitLabFileDiff[]> {
    this.#begin('commitDiff', options);
    const home = this.home(project);
    return home.repository.diff(this.sha(home, sha));
  }

  async file(project: ProjectRef, path: string, ref: string, options?: ReadOptions): Promise<string> {
    this.#begin('file', options);
    const home = this.home(project);
    return home.repository.text(this.sha(home, ref), path) ?? notFound('File');
  }

  async mergeRequestsOf(
    project: ProjectRef,
    sha: string,
    options?: ReadOptions,
  ): Promise<readonly MergeRequest[]> {
    this.#begin('mergeRequestsOf', options);
    const home = this.home(project);
    return (this.byCommit.get(this.sha(home, sha)) ?? []).map((iid) => this.request(iid));
  }

  async mergeRequest(_project: ProjectRef, iid: number, options?: ReadOptions): Promise<MergeRequest> {
    this.#begin('mergeRequest', options);
    return this.request(iid);
  }

  async findMergeRequests(
    request: Parameters<GitLab['findMergeRequests']>[0],
    options?: ReadOptions,
  ): Promise<readonly MergeRequest[]> {
    this.#begin('findMergeRequests', options);
    const { id } = this.home(request.project).project;
    const { sourceBranch, state = 'all', search, limit } = request;
    return [...this.requests.values()]
      .filter((each) => each.projectId === id && (state === 'all' || each.state === state))
      .filter((each) => sourceBranch === undefined || each.sourceBranch === sourceBranch)
      .filter((each) => search === undefined || `${each.title}\n${each.description}`.includes(search))
      .sort((a, b) => b.iid - a.iid)
      .slice(0, limit);
  }

  async notes(_project: ProjectRef, iid: number, options?: ReadOptions): Promise<readonly Note[]> {
    this.#begin('notes', options);
    return this.notesHeld.get(iid) ?? [];
  }

  async labelEvents(
    _project: ProjectRef,
    iid: number,
    options?: ReadOptions,
  ): Promise<readonly LabelEvent[]> {
    this.#begin('labelEvents', options);
    return this.labelEventsHeld.get(iid) ?? [];
  }

  async pipelines(_project: ProjectRef, iid: number, options?: ReadOptions): Promise<readonly Pipeline[]> {
    this.#begin('pipelines', options);
    return this.pipelinesHeld.get(iid) ?? [];
  }

  async branchHead(project: ProjectRef, branch: string, options?: ReadOptions): Promise<string | undefined> {
    this.#begin('branchHead', options);
    return this.home(project).branches.get(branch);
  }

  async createBranch(
    project: ProjectRef,
    branch: string,
    ref: string,
    options?: ReadOptions,
  ): Promise<string> {
    return this.#write('createBranch', { project, branch, ref }, options, () => {
      const home = this.home(project);
      if (home.branches.has(branch)) throw refused('conflict', 400, 'Branch already exists', 'branch-exists');
      const sha = this.sha(home, ref);
      home.branches.set(branch, sha);
      return sha;
    });
  }

  async revert(
    project: ProjectRef,
    sha: string,
    branch: string,
    options?: ReadOptions,
  ): Promise<GitLabCommit> {
    return this.#write('revert', { project, sha, branch }, options, () => {
      const home = this.home(project);
      const head = home.branches.get(branch) ?? notFound('Branch');
      const reverted = home.repository.revert(sha, head);
      if ('refused' in reverted)
        throw refused('invalid', 400, 'Sorry, we cannot revert this commit', reverted.refused);
      const title = `Revert "${home.repository.find(sha)?.title}"`;
      return this.push(project, { title, files: reverted.files }, branch);
    });
  }

  async commitFile(
    request: Parameters<GitLab['commitFile']>[0],
    options?: ReadOptions,
  ): Promise<GitLabCommit> {
    return this.#write('commitFile', request, options, () => {
      const { project, branch, message, path, content, startProject, startRef } = request;
      const home = this.home(project);
      if (!home.branches.has(branch)) {
        const start = startProject === undefined ? home : this.home(startProject);
        home.branches.set(branch, this.sha(start, startRef ?? start.project.defaultBranch));
      }
      const last = home.repository.history(this.sha(home, branch), path)[0];
      if (last !== undefined && last.id !== request.lastCommitId)
        throw refused('conflict', 400, 'The file has changed', 'file-changed');
      const [title = ''] = message.split('\n');
      return this.push(project, { title, message, files: { [path]: content } }, branch);
    });
  }

  async createMergeRequest(
    request: Parameters<GitLab['createMergeRequest']>[0],
    options?: ReadOptions,
  ): Promise<MergeRequest> {
    return this.#write('createMergeRequest', request, options, () => {
      const { sourceProject, targetProject, sourceBranch } = request;
      const source = this.home(sourceProject);
      const open = [...this.requests.values()].find(
        (each) => each.sourceBranch === sourceBranch && each.state === 'opened',
      );
      if (open !== undefined)
        throw refused('conflict', 409, `Another open merge request: !${open.iid}`, 'merge-request-exists');
      const { title, description, targetBranch } = request;
      return this.addMergeRequest({
        projectId: targetProject,
        sourceProjectId: source.project.id,
        sourceBranch,
        targetBranch,
        title,
        description,
        sha: source.branches.get(sourceBranch),
        detailedMergeStatus: 'checking',
      });
    });
  }

  async comment(project: ProjectRef, iid: number, body: string, options?: ReadOptions): Promise<Note> {
    return this.#write('comment', { project, iid, body }, options, () =>
      this.addNote(iid, body, { author: this.user.username }),
    );
  }

  #write<T>(operation: Write, request: unknown, options: ReadOptions | undefined, act: () => T): T {
    this.#begin(operation, options);
    const result = act();
    this.writes.push({ operation, request });
    this.onWrite(operation);
    this.#fail(operation, true);
    return result;
  }

  #begin(operation: Operation, options: ReadOptions = {}): void {
    if (options.signal?.aborted)
      throw new PortFailure('The request to GitLab was cancelled.', { reason: 'cancelled' });
    this.calls.push(operation);
    this.#fail(operation, false);
  }

  #fail(operation: Operation, after: boolean): void {
    const index = this.#failures.findIndex((each) => each.operation === operation && each.after === after);
    const [found] = index < 0 ? [] : this.#failures.splice(index, 1);
    if (found !== undefined) throw found.failure;
  }
}

function refused(
  reason: 'conflict' | 'invalid',
  status: number,
  message: string,
  detail: string,
): PortFailure {
  return new PortFailure(`${message}.`, { reason, status, detail });
}
