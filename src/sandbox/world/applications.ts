import type { Application } from '../kubernetes/controllers/application.ts';
import { controllerOf } from '../kubernetes/controllers/cluster-view.ts';
import type { StoredObject } from '../kubernetes/store.ts';
import type { ApplicationSpec } from './spec.ts';

/** All there is to know of how a program behaves. */
export interface Behaviour extends Application {
  /** Share of requests that it answers with 500. */
  readonly errorRate: number;
  readonly latencyMs: number;
  readonly errorLines: readonly string[];
  /** Services it calls. */
  readonly dependsOn: readonly string[];
}

const WELL: Behaviour = {
  imageExists: true,
  pullSeconds: 0.4,
  startupSeconds: 0.5,
  shutdownSeconds: 0.6,
  health: 200,
  errorRate: 0,
  latencyMs: 25,
  errorLines: [],
  dependsOn: [],
};

export type BehaviourChange = Omit<ApplicationSpec, 'deployment' | 'version' | 'namespace'>;

/** A Deployment's program at one of its versions. */
export interface Program {
  readonly deployment: string;
  readonly version: string;
  readonly namespace: string;
}

/** Which program runs in a pod, and how it behaves at the moment. */
export class Applications {
  #specs: readonly ApplicationSpec[];
  readonly #first: (program: Program) => BehaviourChange;
  readonly #last: (program: Program) => BehaviourChange;

  /** `first` says how programs behave before any of the specs is heard; `last` what nobody can change. */
  constructor(
    specs: readonly ApplicationSpec[],
    first: (program: Program) => BehaviourChange = () => ({}),
    last: (program: Program) => BehaviourChange = () => ({}),
  ) {
    this.#specs = specs;
    this.#first = first;
    this.#last = last;
  }

  of(pod: StoredObject): Behaviour {
    const { namespace = '' } = pod.metadata;
    return this.behaviour({ deployment: deploymentOf(pod), version: versionOf(pod), namespace });
  }

  /** What is said later wins; what is said of all versions holds for each. */
  behaviour(program: Program): Behaviour {
    const { deployment, version, namespace } = program;
    let behaviour = over(WELL, { deployment, ...this.#first(program) });
    for (const spec of this.#specs) {
      if (spec.deployment !== deployment) continue;
      if (spec.namespace !== undefined && spec.namespace !== namespace) continue;
      if (spec.version === undefined || spec.version === version) behaviour = over(behaviour, spec);
    }
    return over(behaviour, { deployment, ...this.#last(program) });
  }

  /** From now on, for every version of this Deployment. */
  change(deployment: string, change: BehaviourChange): void {
    this.#specs = [...this.#specs, { deployment, ...change }];
  }
}

function over(behaviour: Behaviour, { crash, ...spec }: ApplicationSpec): Behaviour {
  const { deployment: _deployment, version: _version, namespace: _namespace, ...given } = spec;
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const { crash: before, ...rest } = behaviour;
  const next = { ...rest, ...said };
  if (crash === null) return next;
  const now = crash === undefined ? before : { exitCode: 1, ...crash };
  return now === undefined
    ? next
    : { ...next, crash: { afterSeconds: now.afterSeconds, exitCode: now.exitCode ?? 1 } };
}

/** The Deployment a pod belongs to, by the name of its ReplicaSet; its own name when it has none. */
export function deploymentOf(pod: StoredObject): string {
  const owner = controllerOf(pod);
  if (owner?.kind !== 'ReplicaSet') return pod.metadata.name;
  const hash = pod.metadata.labels?.['pod-template-hash'];
  return hash !== undefined && owner.name.endsWith(`-${hash}`)
    ? owner.name.slice(0, -hash.length - 1)
    : owner.name;
}

/** The tag of the first container's image. */
export function versionOf(pod: StoredObject): string {
  const image: string = pod.spec?.containers?.[0]?.image ?? '';
  return /:([^:/@]+)(@.*)?$/.exec(image)?.[1] ?? 'latest';
}
