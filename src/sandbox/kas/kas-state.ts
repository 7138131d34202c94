import type { BehaviourChange, Program } from '../world/applications.ts';
import type { PlacedMigration } from './code-history.ts';
import type { KasContent } from './kas-content.ts';
import { ENVIRONMENTS, type Environment, type FixedVersion, isBadIn, type KasSpec } from './kas-spec.ts';
import { isCompatible } from './migrations.ts';
import { KAS_DEPLOYMENT, kasNamespace, TAG_LENGTH } from './names.ts';

/** A version that has an image. */
export interface Version {
  readonly sha: string;
  /** Place of its commit in the code's history. */
  readonly place: number;
  /** How it runs wherever it runs; a version of the past runs as the world's switches say. */
  readonly runs?: FixedVersion;
}

const WELL: BehaviourChange = { pullSeconds: 1, startupSeconds: 1.2, errorRate: 0.0015, latencyMs: 30 };

const BAD: BehaviourChange = {
  ...WELL,
  errorRate: 0.17,
  latencyMs: 2400,
  errorLines: [
    'unable to list kafka requests: context deadline exceeded',
    'cannot acquire a database connection: pool exhausted',
  ],
};

const RUNS: Readonly<Record<FixedVersion, BehaviourChange>> = {
  well: WELL,
  misbehaves: BAD,
  'never-ready': { ...WELL, health: 503 },
};

/** What is known of the versions and the two databases: what runs well where, and what the schema has. */
export class KasState {
  readonly spec: KasSpec;
  readonly content: KasContent;
  readonly #versions = new Map<string, Version>();
  readonly #bad = new Set<string>();
  /** Up to which place of the history each database is migrated. */
  readonly #levels = new Map<string, number>();

  constructor(spec: KasSpec, content: KasContent) {
    this.spec = spec;
    this.content = content;
    for (const { id } of content.code.history.commits) this.addVersion(id);
    for (const environment of ENVIRONMENTS) {
      const refs = this.promoted(environment);
      if (isBadIn(spec, environment)) {
        for (const sha of refs.slice(-spec.badReleases)) this.#bad.add(`${kasNamespace(environment)} ${sha}`);
      }
      const served = refs.slice(0, this.#unserved(environment) ? -1 : undefined);
      const places = served.map((sha) => this.byTag(sha.slice(0, TAG_LENGTH))?.place ?? 0);
      this.#levels.set(kasNamespace(environment), Math.max(0, ...places));
    }
  }

  /** A version of which there was nothing at the start: it is newer than all others. */
  addVersion(sha: string, runs?: FixedVersion): void {
    const version = { sha, place: this.#versions.size, ...(runs === undefined ? {} : { runs }) };
    this.#versions.set(sha.slice(0, TAG_LENGTH), version);
  }

  byTag(tag: string): Version | undefined {
    return this.#versions.get(tag);
  }

  /** The SHAs that git says an environment had, oldest first. */
  promoted(environment: Environment): string[] {
    const { appInterface, code } = this.content;
    const [first] = code.releases;
    const refs = appInterface.promotions.filter((item) => item.environment === environment);
    const follows = appInterface.targets[environment].ref === 'main' ? [code.history.head?.id ?? ''] : [];
    return [first?.sha ?? '', ...refs.map(({ ref }) => ref), ...follows];
  }

  /** What the pods of an environment run at the start, oldest first. */
  served(environment: Environment): string[] {
    const refs = this.promoted(environment);
    return this.#unserved(environment) ? refs.slice(0, -1) : refs;
  }

  #unserved(environment: Environment): boolean {
    return this.spec.served === 'previous' && isBadIn(this.spec, environment);
  }

  /** Migrations in the database of a namespace that this version does not know and cannot live with. */
  tooNew(namespace: string, { place }: Version): readonly PlacedMigration[] {
    const level = this.#levels.get(namespace) ?? 0;
    return this.content.code.migrations.filter(
      (item) => !isCompatible(item.migration) && item.place > place && item.place <= level,
    );
  }

  /** A version's migrations were run: the schema only goes forward. */
  migrated(namespace: string, { place }: Version): void {
    this.#levels.set(namespace, Math.max(place, this.#levels.get(namespace) ?? 0));
  }

  behaviour({ deployment, version: tag, namespace }: Program): BehaviourChange {
    if (deployment !== KAS_DEPLOYMENT) return {};
    const version = this.byTag(tag);
    if (version === undefined) return { imageExists: false };
    const [missing] = this.tooNew(namespace, version);
    if (missing !== undefined && this.spec.tooOld === 'serves-errors') {
      const { table, column } = missing.migration;
      return {
        ...WELL,
        errorRate: 0.6,
        latencyMs: 90,
        errorLines: [`ERROR: column ${table}.${column} does not exist (SQLSTATE 42703)`],
      };
    }
    if (version.runs !== undefined) return RUNS[version.runs];
    return this.#bad.has(`${namespace} ${version.sha}`) ? BAD : WELL;
  }
}
