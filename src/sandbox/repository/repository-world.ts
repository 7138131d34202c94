import type { WorldSpec } from '../world/spec.ts';
import { applicationsOf, repositoryOf } from './history.ts';
import type { RepositoryInput } from './repository-spec.ts';

type Parts = Pick<WorldSpec, 'deployments' | 'services' | 'applications' | 'autoscalers' | 'traffic'>;

/** The banking app as its repository has it: green serves, and was well until the newest commit was applied. */
export function withRepository(parts: Parts, namespace: string, input: RepositoryInput | undefined) {
  if (input === undefined) return parts;
  return {
    ...parts,
    applications: [...parts.applications, ...applicationsOf(input.bad)],
    traffic: parts.traffic.map(({ past: _, ...traffic }) => traffic),
    operator: 'applies' as const,
    repository: repositoryOf({ namespace, ...parts }, input.bad),
  };
}
