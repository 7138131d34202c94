import { parse } from 'yaml';
import type { Forge, ForgeProject } from '../gitlab/forge.ts';
import { DEPLOYMENTS } from '../kubernetes/controllers/keys.ts';
import type { Store } from '../kubernetes/store.ts';
import { editObject } from '../world/world-actions.ts';
import { ENVIRONMENTS, type Environment, type KasSpec } from './kas-spec.ts';
import { KAS_DEPLOYMENT, KAS_IMAGE, kasNamespace, TAG_LENGTH } from './names.ts';
import { SAAS_FILE } from './saas-file.ts';
import type { Timers } from './timers.ts';

export interface DeployerOptions {
  readonly forge: Forge;
  readonly appInterface: ForgeProject;
  readonly code: ForgeProject;
  readonly store: Store;
  readonly spec: KasSpec['deployer'];
  readonly timers: Timers;
}

interface SaasFile {
  readonly resourceTemplates?: readonly {
    readonly targets?: readonly { readonly namespace?: { readonly $ref?: string }; readonly ref?: string }[];
  }[];
}

/** The `ref` of each environment's target. */
function refsOf(text: string): Partial<Record<Environment, string>> {
  const file = parse(text) as SaasFile | null;
  const targets = (file?.resourceTemplates ?? []).flatMap((template) => template.targets ?? []);
  return Object.fromEntries(
    ENVIRONMENTS.flatMap((environment) => {
      const found = targets.find((target) =>
        target.namespace?.$ref?.endsWith(`/${kasNamespace(environment)}.yml`),
      );
      return found?.ref === undefined ? [] : [[environment, found.ref]];
    }),
  );
}

/** Rolls out what the saas file says, a while after it came to say so. */
export class Deployer {
  readonly #options: DeployerOptions;
  /** The versions that were rolled out last, by what the file says: full SHAs. */
  #known: Partial<Record<Environment, string>> = {};

  constructor(options: DeployerOptions) {
    this.#options = options;
  }

  /** Takes what the file says now as done. Resolves to the way to stop. */
  async start(): Promise<() => void> {
    const { forge, appInterface, code, timers } = this.#options;
    this.#known = await this.#wanted();
    return forge.on((event) => {
      if (event.type !== 'push') return;
      const { project, branch } = event;
      if ((project === appInterface || project === code) && branch === project.defaultBranch) {
        timers.run(() => this.#compare());
      }
    });
  }

  async #wanted(): Promise<Partial<Record<Environment, string>>> {
    const { appInterface, code } = this.#options;
    const text = await appInterface.repository.readText(appInterface.defaultBranch, SAAS_FILE);
    const refs = Object.entries(refsOf(text ?? ''));
    const resolved = refs.map(async ([environment, ref]) => {
      // A ref that is no SHA is a branch, and follows it.
      const sha = /^[0-9a-f]{40}$/.test(ref) ? ref : await code.repository.branch(ref);
      return [environment, sha ?? ref] as const;
    });
    return Object.fromEntries(await Promise.all(resolved));
  }

  async #compare(): Promise<void> {
    const { spec, timers } = this.#options;
    const wanted = await this.#wanted();
    for (const environment of ENVIRONMENTS) {
      const sha = wanted[environment];
      if (sha === undefined || sha === this.#known[environment]) continue;
      this.#known[environment] = sha;
      if (!spec.fails) timers.after(spec.seconds, () => this.#rollOut(environment, sha));
    }
  }

  #rollOut(environment: Environment, sha: string): void {
    const { store, forge } = this.#options;
    // A newer run took over.
    if (this.#known[environment] !== sha) return;
    const namespace = kasNamespace(environment);
    const deployment = store.get(DEPLOYMENTS, namespace, KAS_DEPLOYMENT);
    if (deployment === undefined) return;
    const image = `${KAS_IMAGE}:${sha.slice(0, TAG_LENGTH)}`;
    const { containers, initContainers = [] } = deployment.spec.template.spec;
    const renewed = (list: { image: string }[]) =>
      list.map((container) =>
        container.image.startsWith(`${KAS_IMAGE}:`) ? { ...container, image } : container,
      );
    const template = { spec: { containers: renewed(containers), initContainers: renewed(initContainers) } };
    editObject(
      store,
      {
        ...DEPLOYMENTS,
        namespace,
        name: KAS_DEPLOYMENT,
        manager: 'openshift-saas-deploy',
        patch: { spec: { template } },
      },
      namespace,
      forge.now(),
    );
  }
}
