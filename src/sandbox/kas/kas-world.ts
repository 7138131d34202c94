import type { InitRun } from '../kubernetes/controllers/application.ts';
import type { StoredObject } from '../kubernetes/store.ts';
import { deploymentOf, versionOf } from '../world/applications.ts';
import type { WorldSpec } from '../world/spec.ts';
import { writeKasContent } from './kas-content.ts';
import { kasDeployments, kasServices } from './kas-objects.ts';
import type { KasSpec } from './kas-spec.ts';
import { KasState } from './kas-state.ts';
import { KAS_DEPLOYMENT } from './names.ts';

const MIGRATION_SECONDS = 1.5;
const NOTHING_TO_DO: InitRun = { seconds: 0.3, exitCode: 0 };

/** The history and the versions of this world, up to `now`. */
export function createKasState(kas: KasSpec, seed: number, now: number): KasState {
  return new KasState(kas, writeKasContent(kas, { seed, now }));
}

/** The world with the Deployments that this history led to. */
export function withKas(spec: WorldSpec, state: KasState, now: number): WorldSpec {
  return { ...spec, deployments: kasDeployments(state, now), services: kasServices() };
}

/** How a pod's migration container will go. */
export function migrate(state: KasState, pod: StoredObject): InitRun {
  const version = deploymentOf(pod) === KAS_DEPLOYMENT ? state.byTag(versionOf(pod)) : undefined;
  if (version === undefined) return NOTHING_TO_DO;
  const fails =
    state.spec.tooOld === 'init-fails' && state.tooNew(pod.metadata.namespace ?? '', version).length > 0;
  return { seconds: MIGRATION_SECONDS, exitCode: fails ? 1 : 0 };
}

/** A migration container ended: what it did stays done. */
export function noteMigrated(state: KasState, pod: StoredObject, container: string, exitCode: number): void {
  if (container !== 'migration' || exitCode !== 0 || deploymentOf(pod) !== KAS_DEPLOYMENT) return;
  const version = state.byTag(versionOf(pod));
  if (version !== undefined) state.migrated(pod.metadata.namespace ?? '', version);
}
