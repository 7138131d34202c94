import type { Context } from 'hono';
import type { CodeHostVariables } from '../code-host.ts';
import type { Connection } from '../fetch-server.ts';
import type { Repository } from '../git/repository.ts';

const DOCUMENTATION = 'https://docs.github.com/rest';

export interface GitHubEnv {
  readonly Bindings: Connection;
  readonly Variables: CodeHostVariables & {
    /** By full name in lower case. */
    repositories: ReadonlyMap<string, GitHubRepository>;
  };
}

export type GitHubContext<P extends string = string> = Context<GitHubEnv, P>;

/** A public repository as GitHub has it. */
export interface GitHubRepository {
  /** `owner/name`. */
  readonly fullName: string;
  readonly defaultBranch: string;
  readonly repository: Repository;
}

export class GitHubProblem extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'GitHubProblem';
    this.status = status;
  }
}

export function notFound(): GitHubProblem {
  return new GitHubProblem(404, 'Not Found');
}

export function problemBody(status: number, message: string) {
  return { message, documentation_url: DOCUMENTATION, status: String(status) };
}

export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
  });
}

/** The repository of the path's `:owner` and `:repo`. */
export function repositoryOf(c: GitHubContext): GitHubRepository {
  const name = `${c.req.param('owner')}/${c.req.param('repo')}`.toLowerCase();
  const found = c.get('repositories').get(name);
  if (found === undefined) throw notFound();
  return found;
}

export interface Page {
  /** From 1. */
  readonly page: number;
  readonly perPage: number;
}

export function pageOf(c: GitHubContext): Page {
  const number = (name: string, usual: number) => {
    const value = Number.parseInt(c.req.query(name) ?? '', 10);
    return value > 0 ? value : usual;
  };
  return { page: number('page', 1), perPage: Math.min(100, number('per_page', 30)) };
}

/** The Link header of a page, empty when there is one page only. */
export function linkHeader(c: GitHubContext, { page, perPage }: Page, total: number): Record<string, string> {
  const pages = Math.max(1, Math.ceil(total / perPage));
  const link = (rel: string, number: number) => {
    const url = new URL(c.req.url);
    url.searchParams.set('page', String(number));
    return `<${url.href}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [link('prev', page - 1), link('first', 1)] : []),
    ...(page < pages ? [link('next', page + 1), link('last', pages)] : []),
  ];
  return links.length === 0 ? {} : { Link: links.join(', ') };
}
