import { backupProblems } from '../database/database-spec.ts';
import { KAS_DEPLOYMENT, KAS_SERVICES } from '../kas/names.ts';
import type { PresetInput, WorldSpec } from './spec.ts';

/** Names that nothing in the world bears, or that two would: most likely a typing error. */
export function danglingNames(spec: WorldSpec, preset: PresetInput | undefined): string[] {
  const ownDeployments = spec.deployments.map(({ name }) => name);
  const deployments = new Set(spec.kas === undefined ? ownDeployments : [KAS_DEPLOYMENT]);
  const removed = Object.entries(preset?.services ?? {}).filter(([, { remove }]) => remove === true);
  const services = new Set(
    spec.kas === undefined
      ? [...spec.services, ...removed.map(([name]) => ({ name }))].map(({ name }) => name)
      : KAS_SERVICES,
  );
  const actions = spec.faults.flatMap(({ actions }) => actions);
  const namedDeployments = [
    ...Object.keys(preset?.replicas ?? {}),
    ...spec.applications.map((item) => item.deployment),
    ...spec.autoscalers.map((item) => item.deployment),
    ...actions.flatMap((item) => ('deployment' in item ? [item.deployment] : [])),
    ...(spec.database === undefined ? [] : [spec.database.deployment, ...spec.database.writers]),
  ];
  const missing = (names: Iterable<string>, known: ReadonlySet<string>, what: string) =>
    [...new Set(names)]
      .filter((name) => !known.has(name))
      .map((name) => `no ${what} is called "${name}"; there are ${[...known].join(', ')}`);
  return [
    ...(spec.database === undefined ? [] : backupProblems(spec.database)),
    ...missing(namedDeployments, deployments, 'deployment'),
    ...missing(
      [...spec.traffic.map((item) => item.service), ...Object.keys(preset?.services ?? {})],
      services,
      'service',
    ),
  ];
}
