import { PortFailure } from '../../src/ports/failure.ts';
import type {
  GitLabCommit,
  GitLabProject,
  GitLabUser,
  LabelEvent,
  MergeRequest,
  Note,
  Pipeline,
  ProjectRef,
} from '../../src/ports/gitlab.ts';
import { GitLabRepository, type NewCommit } from './gitlab-repository.ts';

interface Home {
  readonly project: GitLabProject;
  readonly repository: GitLabRepository;
  readonly branches: Map<string, string>;
}

/** What there is in the GitLab of a test, and how the test puts it there. */
export class GitLabWorld {
  readonly url = 'https://gitlab.test';
  user: GitLabUser = { username: 'olga', name: 'Olga Ops' };
  protected readonly homes: Home[] = [];
  protected readonly requests = new Map<number, MergeRequest>();
  protected readonly notesHeld = new Map<number, Note[]>();
  protected readonly labelEventsHeld = new Map<number, LabelEvent[]>();
  protected readonly pipelinesHeld = new Map<number, Pipeline[]>();
  protected readonly byCommit = new Map<string, number[]>();

  /** A project with an empty default branch, or a fork with what its upstream has. */
  addProject(path: string, given: Partial<GitLabProject> = {}): GitLabProject {
    const project: GitLabProject = {
      id: this.homes.length + 1,
      path,
      webUrl: `${this.url}/${path}`,
      defaultBranch: 'master',
      archived: false,
      accessLevel: 30,
      forkedFrom: undefined,
      ...given,
    };
    const upstream = project.forkedFrom === undefined ? undefined : this.home(project.forkedFrom);
    this.homes.push({
      project,
      repository: upstream?.repository ?? new GitLabRepository(),
      branches: new Map(upstream?.branches),
    });
    return project;
  }

  /** Pushes a commit to a branch, the default one unless named. */
  push(project: ProjectRef, commit: NewCommit, branch?: string): GitLabCommit {
    const home = this.home(project);
    const name = branch ?? home.project.defaultBranch;
    const made = home.repository.add(home.branches.get(name), commit);
    home.branches.set(name, made.id);
    return made;
  }

  /** Merge request !iid, of the first project unless it says otherwise; `commits` are those it brought. */
  addMergeRequest(given: Partial<MergeRequest>, commits: readonly string[] = []): MergeRequest {
    const iid = given.iid ?? this.requests.size + 1;
    const projectId = given.projectId ?? 1;
    const request: MergeRequest = {
      iid,
      projectId,
      sourceProjectId: projectId,
      title: `Merge request ${iid}`,
      description: '',
      state: 'opened',
      sourceBranch: `branch-${iid}`,
      targetBranch: this.home(projectId).project.defaultBranch,
      author: this.user.username,
      webUrl: `${this.home(projectId).project.webUrl}/-/merge_requests/${iid}`,
      sha: undefined,
      mergeCommitSha: undefined,
      squashCommitSha: undefined,
      mergedAt: undefined,
      labels: [],
      draft: false,
      hasConflicts: false,
      rebaseInProgress: false,
      detailedMergeStatus: 'mergeable',
      ...given,
    };
    this.requests.set(iid, request);
    for (const sha of commits) this.byCommit.set(sha, [...(this.byCommit.get(sha) ?? []), iid]);
    return request;
  }

  updateMergeRequest(iid: number, change: Partial<MergeRequest>): void {
    this.requests.set(iid, { ...this.request(iid), ...change });
  }

  addNote(iid: number, body: string, given: Partial<Note> = {}): Note {
    const notes = this.notesHeld.get(iid) ?? [];
    const createdAt = new Date(Date.UTC(2026, 10, 2, 3) + notes.length * 60_000).toISOString();
    const note = {
      id: iid * 1000 + notes.length,
      author: 'approver',
      body,
      createdAt,
      system: false,
      ...given,
    };
    this.notesHeld.set(iid, [...notes, note]);
    return note;
  }

  addLabelEvent(iid: number, event: LabelEvent): void {
    this.labelEventsHeld.set(iid, [...(this.labelEventsHeld.get(iid) ?? []), event]);
  }

  addPipeline(iid: number, pipeline: Pipeline): void {
    this.pipelinesHeld.set(iid, [pipeline, ...(this.pipelinesHeld.get(iid) ?? [])]);
  }

  protected home(ref: ProjectRef): Home {
    return (
      this.homes.find(({ project }) => project.id === ref || project.path === ref) ?? notFound('Project')
    );
  }

  protected request(iid: number): MergeRequest {
    return this.requests.get(iid) ?? notFound('Merge request');
  }

  protected sha({ branches, repository }: Home, ref: string): string {
    return branches.get(ref) ?? repository.find(ref)?.id ?? notFound('Commit');
  }
}

export function notFound(what: string): never {
  throw new PortFailure(`${what} not found.`, { reason: 'not-found', status: 404 });
}
