import { systemClock } from '../../../src/adapters/clock.ts';
import { createGitHubHistory, type GitHubOptions } from '../../../src/adapters/github/github.ts';
import type { CodeHistory } from '../../../src/ports/comparison.ts';
import { apiServer, json } from '../api-server.ts';

export const OLD = '1'.repeat(40);
export const NEW = '2'.repeat(40);
export const BASE = '/repos/example/shop';

export function github(url: string, options: Partial<GitHubOptions> = {}): CodeHistory {
  return createGitHubHistory(
    { url, clock: systemClock, random: () => 0, ...options },
    { owner: 'example', repository: 'shop' },
  );
}

export function commitsFrom(first: number, count: number) {
  return Array.from({ length: count }, (_, index) => ({
    sha: String(first + index).padStart(40, '0'),
    commit: {
      message: `Commit ${first + index}\n\nWhy.`,
      author: { name: 'Olga', date: '2026-11-01T09:00:00Z' },
      committer: { name: 'GitHub', date: '2026-11-01T10:00:00Z' },
    },
  }));
}

export function filesNamed(count: number) {
  return Array.from({ length: count }, (_, index) => ({ filename: `pkg/${index}.go`, status: 'modified' }));
}

export const comparison = {
  html_url: 'https://github.test/example/shop/compare/1...2',
  status: 'ahead',
  behind_by: 0,
  total_commits: 1,
  commits: commitsFrom(0, 1),
  files: [] as readonly object[],
};

export type Trees = Readonly<
  Record<string, { readonly truncated?: boolean; readonly tree: readonly object[] }>
>;

/** Serves a comparison, page by page, and trees. */
export async function serving(answer: object, trees: Trees = {}) {
  const whole = { ...comparison, ...answer };
  return apiServer((request, response) => {
    const tree = trees[/\/git\/trees\/(\w+)$/.exec(request.path)?.[1] ?? ''];
    if (tree !== undefined) return json(response, 200, tree);
    if (!request.path.startsWith(`${BASE}/compare/`)) return json(response, 404, { message: 'Not Found' });
    const page = Number(request.query.get('page'));
    const size = Number(request.query.get('per_page'));
    json(response, 200, {
      ...whole,
      commits: whole.commits.slice((page - 1) * size, page * size),
      files: page === 1 ? whole.files : undefined,
    });
  });
}
