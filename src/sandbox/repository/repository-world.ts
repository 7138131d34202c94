import type { PresetInput, WorldSpec } from '../world/spec.ts';
import { applicationsOf, repositoryOf } from './history.ts';

type Parts = Pick<WorldSpec, 'deployments' | 'services' | 'applications' | 'autoscalers' | 'traffic'>;

/** The banking app as its repository has it: green serves, and was well until the newest commit was applied. */
export function withRepository(parts: Parts, namespace: string, { repository, applications }: PresetInput) {
  if (repository === undefined) return parts;
  const overrides = Object.entries(applications ?? {});
  return {
    ...parts,
    applications: [
      ...parts.applications,
      ...applicationsOf(repository.bad),
      // what a scenario says wins
      ...overrides.map(([deployment, behaviour]) => ({ deployment, ...behaviour })),
    ],
    traffic: parts.traffic.map(({ past: _, ...traffic }) => traffic),
    operator: 'applies' as const,
    repository: repositoryOf({ namespace, ...parts }, repository.bad),
  };
}
