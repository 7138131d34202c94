import { keyOf, type Migration } from './migration.ts';

export interface PlanStep {
  readonly migration: Migration;
  readonly backwards: boolean;
}

/** The migrations whose files an image has. */
export class MigrationGraph {
  readonly migrations: readonly Migration[];
  readonly #byKey: ReadonlyMap<string, Migration>;

  constructor(migrations: readonly Migration[]) {
    this.migrations = migrations;
    this.#byKey = new Map(migrations.map((migration) => [keyOf(migration), migration]));
  }

  /** Sorted, as Django lists them. */
  get apps(): readonly string[] {
    return [...new Set(this.migrations.map(({ app }) => app))].sort();
  }

  of(app: string): readonly Migration[] {
    return this.migrations.filter((migration) => migration.app === app);
  }

  /** What leads to the last migration of these apps, those of others included. */
  leadingTo(apps: readonly string[]): readonly Migration[] {
    const needed = new Set<string>();
    for (const app of apps) for (const migration of this.of(app)) this.#collect(migration, needed);
    return this.migrations.filter((migration) => needed.has(keyOf(migration)));
  }

  #collect(migration: Migration, into: Set<string>): void {
    if (into.has(keyOf(migration))) return;
    into.add(keyOf(migration));
    for (const parent of migration.dependencies) {
      const found = this.#byKey.get(parent);
      if (found !== undefined) this.#collect(found, into);
    }
  }

  /** As Django's executor: forwards to a target that is not applied, else backwards through its children in the app. */
  planTo(app: string, target: string | undefined, applied: ReadonlySet<string>): readonly PlanStep[] {
    const own = this.of(app);
    if (target === undefined) return this.#back(own.slice(0, 1), applied);
    const at = own.find(({ name }) => name === target);
    if (at === undefined) return [];
    if (!applied.has(keyOf(at))) return this.forwardsTo([at], applied);
    return this.#back(
      own.filter(({ dependencies }) => dependencies.includes(keyOf(at))),
      applied,
    );
  }

  forwardsTo(targets: readonly Migration[], applied: ReadonlySet<string>): readonly PlanStep[] {
    const needed = new Set<string>();
    for (const target of targets) this.#collect(target, needed);
    return this.migrations
      .filter((migration) => needed.has(keyOf(migration)) && !applied.has(keyOf(migration)))
      .map((migration) => ({ migration, backwards: false }));
  }

  /** These and whatever depends on them, the last one first. */
  #back(roots: readonly Migration[], applied: ReadonlySet<string>): readonly PlanStep[] {
    const gone = new Set(roots.map(keyOf));
    for (const migration of this.migrations)
      if (migration.dependencies.some((parent) => gone.has(parent))) gone.add(keyOf(migration));
    return this.migrations
      .filter((migration) => gone.has(keyOf(migration)) && applied.has(keyOf(migration)))
      .reverse()
      .map((migration) => ({ migration, backwards: true }));
  }
}
