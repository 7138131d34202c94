import { join } from 'node:path';
import { createRepository, forkRepository } from '../git/create.ts';
import type { Signature } from '../git/history.ts';
import type { Repository } from '../git/repository.ts';
import type { SandboxClock } from '../kubernetes/world-interfaces.ts';
import type {
  Forge,
  ForgeEvent,
  ForgeProject,
  ForgeToken,
  ForgeUser,
  MergeRequests,
  NewProject,
  NewUser,
} from './forge.ts';
import { ForgeRefusal } from './forge-refusal.ts';
import { MergeRequestStore } from './merge-request-store.ts';

/** How long GitLab's own background work takes, in milliseconds of the world's time. */
export interface ForgeDelays {
  /** A new merge request is `preparing` that long. */
  readonly prepare: number;
  readonly check: number;
  readonly rebase: number;
  /** A merge request is `locked` that long while it is merged. */
  readonly merge: number;
}

const DELAYS: ForgeDelays = { prepare: 1500, check: 1000, rebase: 4000, merge: 500 };

export interface GitForgeOptions {
  /** An existing folder, for the repositories. */
  readonly folder: string;
  readonly clock: SandboxClock;
  /** The world's time scale. */
  readonly pace?: (milliseconds: number) => number;
  readonly delays?: Partial<ForgeDelays>;
  /** Told of what went wrong in the background. */
  readonly onError: (error: unknown) => void;
}

/** A forge whose projects are bare git repositories in a folder. */
export class GitForge implements Forge {
  readonly mergeRequests: MergeRequests;
  readonly #options: GitForgeOptions;
  readonly #users = new Map<string, ForgeUser>();
  readonly #tokens = new Map<string, ForgeToken>();
  readonly #projects = new Map<number, ForgeProject>();
  readonly #listeners = new Set<(event: ForgeEvent) => void>();
  readonly #store: MergeRequestStore;

  constructor(options: GitForgeOptions) {
    this.#options = options;
    this.#store = new MergeRequestStore({
      clock: options.clock,
      pace: options.pace ?? ((milliseconds) => milliseconds),
      delays: { ...DELAYS, ...options.delays },
      onError: options.onError,
      emit: (event) => this.#emit(event),
      project: (id) => this.#known(id),
      signature: (username) => this.signature(username),
      push: (...change) => this.push(...change),
    });
    this.mergeRequests = this.#store;
  }

  addUser({ username, name = username, email = `${username}@example.com`, bot = false }: NewUser): ForgeUser {
    const known = this.#users.get(username);
    if (known !== undefined) return known;
    const id = 1001 + this.#users.size;
    const user = { id, username, name, email, bot };
    this.#users.set(username, user);
    return user;
  }

  user(username: string): ForgeUser | undefined {
    return this.#users.get(username);
  }

  addToken(token: ForgeToken): void {
    this.addUser({ username: token.username });
    this.#tokens.set(token.token, token);
  }

  tokenOf(token: string): ForgeToken | undefined {
    return this.#tokens.get(token);
  }

  async createProject(project: NewProject): Promise<ForgeProject> {
    const id = this.#freeId(project);
    const repository = await createRepository(this.#folderOf(id), project.defaultBranch ?? 'master');
    return this.#addProject(project, id, repository, undefined);
  }

  async fork(source: ForgeProject, project: NewProject): Promise<ForgeProject> {
    const id = this.#freeId(project);
    const { defaultBranch, description } = source;
    const repository = await forkRepository(source.repository, this.#folderOf(id), defaultBranch);
    const like = { defaultBranch, description };
    return this.#addProject({ ...like, ...project }, id, repository, source.id);
  }

  #freeId({ id, path }: NewProject): number {
    const fresh = id ?? 20_001 + this.#projects.size;
    if (this.#projects.has(fresh) || this.project(path) !== undefined)
      throw new ForgeRefusal(409, `There is a project ${path} or one with the id ${fresh} already`);
    return fresh;
  }

  #folderOf(id: number): string {
    return join(this.#options.folder, `${id}.git`);
  }

  #addProject(
    given: NewProject,
    id: number,
    repository: Repository,
    forkedFrom: number | undefined,
  ): ForgeProject {
    const { defaultBranch = 'master' } = given;
    const project: ForgeProject = {
      id,
      path: given.path,
      defaultBranch,
      description: given.description ?? '',
      visibility: given.visibility ?? 'private',
      archived: given.archived ?? false,
      protectedBranches: given.protectedBranches ?? [{ name: defaultBranch, push: 40, merge: 40 }],
      mergeMethod: given.mergeMethod ?? 'merge',
      pipelineMustSucceed: given.pipelineMustSucceed ?? false,
      members: new Map(Object.entries(given.members)),
      createdAt: this.now(),
      repository,
      forkedFrom,
    };
    for (const username of project.members.keys()) this.addUser({ username });
    this.#projects.set(id, project);
    return project;
  }

  project(idOrPath: number | string): ForgeProject | undefined {
    if (typeof idOrPath === 'number') return this.#projects.get(idOrPath);
    const path = idOrPath.toLowerCase();
    return this.projects().find((project) => project.path.toLowerCase() === path);
  }

  #known(id: number): ForgeProject {
    const project = this.#projects.get(id);
    if (project === undefined) throw new ForgeRefusal(404, '404 Project Not Found');
    return project;
  }

  projects(): readonly ForgeProject[] {
    return [...this.#projects.values()];
  }

  async push(
    project: ForgeProject,
    user: string,
    branch: string,
    before: string | undefined,
    after: string | undefined,
  ): Promise<void> {
    const moved = await project.repository.moveBranch(branch, before, after);
    if (!moved) throw new ForgeRefusal(400, `Could not update ${branch}. Please refresh and try again.`);
    this.#emit({ type: 'push', project, branch, before, after, user });
    await this.#store.followPush(project, branch, user);
  }

  signature(username: string): Signature {
    const { name, email } = this.addUser({ username });
    return { name, email };
  }

  on(listener: (event: ForgeEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #emit(event: ForgeEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#options.onError(error);
      }
    }
  }

  now(): number {
    return this.#options.clock.now();
  }

  /** Stops the background work; resolves when git is idle. */
  stop(): Promise<void> {
    return this.#store.stop();
  }
}
