import { GO_FILES, type GoFile, goText, openapiText, README, templateText } from './code-files.ts';
import { type Commit, History } from './foreseen-history.ts';
import type { KasSpec } from './kas-spec.ts';
import { type Migration, type MigrationKind, migrationListText, migrationText } from './migrations.ts';
import { CONTROL_PLANE, type Person } from './people.ts';
import type { Schedule } from './schedule.ts';
import { CHANGES, MIGRATION_IDEAS } from './topics.ts';

const HOUR = 3_600_000;
const POLICY_FOLDER = 'pkg/db';
const FOLDERS = {
  kafka: 'internal/kafka/internal/migrations',
  connector: 'internal/connector/internal/migrations',
} as const;

/** One version of the service that was promoted somewhere. */
export interface Release {
  readonly sha: string;
  readonly time: number;
  /** Oldest first; the last one is the release itself. */
  readonly commits: readonly Commit[];
}

/** A migration and the commit since which the code has it. */
export interface PlacedMigration {
  readonly migration: Migration;
  /** Place of that commit in the history. */
  readonly place: number;
}

export interface CodeHistory {
  readonly history: History;
  readonly releases: readonly Release[];
  readonly migrations: readonly PlacedMigration[];
}

/** The service's own repository, grown release by release. */
export function writeCode(spec: KasSpec, schedule: Schedule, random: () => number): CodeHistory {
  return new CodeWriter(spec, random).write(schedule);
}

class CodeWriter {
  readonly #spec: KasSpec;
  readonly #random: () => number;
  readonly #history = new History('main');
  readonly #files: readonly GoFile[];
  readonly #parameters: string[] = ['DB_MAX_OPEN_CONNS', 'ENABLE_DB_DEBUG'];
  readonly #paths: string[] = ['/api/kafkas_mgmt/v1', '/api/kafkas_mgmt/v1/kafkas'];
  readonly #migrations: PlacedMigration[] = [];
  #ticket = 1200;
  #moved = false;
  /** From this release on no migration comes by chance, only by the scenario's wish. */
  #quietFrom = 0;

  constructor(spec: KasSpec, random: () => number) {
    this.#spec = spec;
    this.#random = random;
    this.#files = GO_FILES.map(({ path, package: name, constant }) => ({
      path,
      package: name,
      constants: new Map([[constant, 10]]),
      functions: [],
    }));
  }

  write({ from, releases: times }: Schedule): CodeHistory {
    this.#begin(from);
    // Early on, migrations still lay where the written policy looks for them.
    const moveAt = Math.floor(times.length * 0.12);
    const last = times.length - 1;
    this.#quietFrom = last - this.#spec.badReleases + 1;
    const releases = times.map((time, index): Release => {
      const before = this.#history.commits.length;
      if (index === moveAt) this.#moveMigrations(time - 9 * HOUR);
      const count = 1 + Math.floor(this.#random() * 4);
      for (let left = count; left > 1; left -= 1) this.#ordinary(time - left * 5 * HOUR, index);
      if (index === last) this.#faulty(time - 2 * HOUR);
      this.#ordinary(time, index);
      const commits = this.#history.commits.slice(before);
      return { sha: this.#history.head?.id ?? '', time, commits };
    });
    return { history: this.#history, releases, migrations: this.#migrations };
  }

  #begin(time: number): void {
    const [author = CONTROL_PLANE[0]] = CONTROL_PLANE;
    if (author === undefined) return;
    this.#history.commit(
      { author, time, message: 'Kafka service fleet manager\n' },
      {
        'README.md': README,
        'go.mod': 'module github.com/bf2fc6cc711aee1a0c2a/kas-fleet-manager\n\ngo 1.19\n',
        Makefile: 'binary:\n\tgo build ./cmd/kas-fleet-manager\n',
        'templates/service-template.yml': templateText(this.#parameters),
        'openapi/kas-fleet-manager.yaml': openapiText(this.#paths),
        ...Object.fromEntries(this.#files.map((file) => [file.path, goText(file)])),
      },
    );
    for (const idea of MIGRATION_IDEAS.slice(0, 4)) this.#migrate(time + HOUR, idea.kind, idea);
  }

  #who(): Person {
    const person = CONTROL_PLANE[Math.floor(this.#random() * CONTROL_PLANE.length)] ?? CONTROL_PLANE[0];
    if (person === undefined) throw new Error('The Control Plane team has nobody.');
    return person;
  }

  #commit(time: number, title: string, changes: Readonly<Record<string, string | null>>): void {
    this.#ticket += 1 + Math.floor(this.#random() * 9);
    const message = `MGDSTRM-${this.#ticket} | ${title}\n`;
    this.#history.commit({ author: this.#who(), time, message }, changes);
  }

  /** One of the changes that a week brings; the newest releases cross no migration by chance. */
  #ordinary(time: number, release: number): void {
    const dice = this.#random();
    const quiet = release >= this.#quietFrom;
    if (dice < 0.14 && !quiet) {
      const idea = MIGRATION_IDEAS[Math.floor(this.#random() * MIGRATION_IDEAS.length)];
      if (idea !== undefined) this.#migrate(time, idea.kind, idea);
    } else if (dice < 0.19 && !quiet) this.#addParameter(time);
    else if (dice < 0.23 && !quiet) this.#addPath(time);
    else this.#changeCode(time);
  }

  #changeCode(time: number): void {
    const place = Math.floor(this.#random() * this.#files.length);
    const file = this.#files[place];
    if (file === undefined) return;
    const [constant = ''] = file.constants.keys();
    if (this.#random() < 0.35) {
      const value = 5 + Math.floor(this.#random() * 60);
      file.constants.set(constant, value);
      this.#commit(time, `set ${constant} to ${value}`, { [file.path]: goText(file) });
      return;
    }
    const topic = CHANGES[Math.floor(this.#random() * CHANGES.length)] ?? 'tidy up';
    file.functions.push(topic.charAt(0).toUpperCase() + topic.slice(1));
    this.#commit(time, topic, { [file.path]: goText(file) });
  }

  #addParameter(time: number): void {
    const name = `FEATURE_${this.#parameters.length}_ENABLED`;
    this.#parameters.push(name);
    this.#commit(time, `make ${name} a parameter of the template`, {
      'templates/service-template.yml': templateText(this.#parameters),
    });
  }

  #addPath(time: number): void {
    const path = `/api/kafkas_mgmt/v1/reports/${this.#paths.length}`;
    this.#paths.push(path);
    this.#commit(time, `describe ${path}`, { 'openapi/kas-fleet-manager.yaml': openapiText(this.#paths) });
  }

  #migrate(
    time: number,
    kind: MigrationKind,
    idea: { readonly name: string; readonly table: string; readonly column: string },
    set: Migration['set'] = idea.table.startsWith('connector') ? 'connector' : 'kafka',
    policyPath = false,
  ): void {
    const digits = new Date(time).toISOString().replace(/\D/g, '');
    const seen = this.#migrations.filter(({ migration }) => migration.name.startsWith(idea.name)).length;
    const suffix = seen === 0 ? '' : `_${seen + 1}`;
    const migration: Migration = {
      id: digits.slice(0, this.#moved && !policyPath ? 14 : 12),
      set,
      name: idea.name + suffix,
      kind,
      table: idea.table,
      column: idea.column + suffix,
    };
    this.#migrations.push({ migration, place: this.#history.commits.length });
    const folder = policyPath || !this.#moved ? POLICY_FOLDER : FOLDERS[set];
    const path = `${folder}/${migration.id}${policyPath ? '-' : '_'}${migration.name}.go`;
    this.#commit(time, migration.name.replaceAll('_', ' '), {
      [path]: inPackage(migrationText(migration), folder),
      ...this.#lists(set),
    });
  }

  /** The list of each set, as its file; of one set alone when told. */
  #lists(only?: Migration['set']): Record<string, string> {
    const all = this.#migrations.map(({ migration }) => migration);
    if (!this.#moved) {
      return { [`${POLICY_FOLDER}/migrations.go`]: inPackage(migrationListText(all), POLICY_FOLDER) };
    }
    const sets = Object.entries(FOLDERS).filter(([set]) => only === undefined || set === only);
    return Object.fromEntries(
      sets.map(([set, folder]) => [
        `${folder}/migrations.go`,
        migrationListText(all.filter((migration) => migration.set === set)),
      ]),
    );
  }

  /** Every migration goes from the common folder to that of its set. */
  #moveMigrations(time: number): void {
    this.#moved = true;
    const changes: Record<string, string | null> = { [`${POLICY_FOLDER}/migrations.go`]: null };
    for (const { migration } of this.#migrations) {
      const file = `${migration.id}_${migration.name}.go`;
      changes[`${POLICY_FOLDER}/${file}`] = null;
      changes[`${FOLDERS[migration.set]}/${file}`] = migrationText(migration);
    }
    this.#commit(time, 'move the migrations to the parts that they belong to', {
      ...changes,
      ...this.#lists(),
    });
  }

  /** What the scenario wants of the newest release. */
  #faulty(time: number): void {
    const { migration, migrationPath, files } = this.#spec.release;
    if (files > 0) {
      const names = Array.from(
        { length: files },
        (_item, index) => `model_${String(index).padStart(4, '0')}`,
      );
      this.#commit(
        time - HOUR,
        'generate the API clients anew',
        Object.fromEntries(
          names.map((name) => [
            `internal/kafka/internal/api/public/${name}.go`,
            `package public\n\n// Generated from the API's description.\ntype ${name.replace('model_', 'Model')} struct {\n\tID string\n}\n`,
          ]),
        ),
      );
    }
    if (migration === 'none') return;
    const connector = migrationPath === 'connector';
    const table = connector ? 'connector_deployments' : 'kafka_requests';
    const idea =
      migration === 'blocking'
        ? { name: `remove_${connector ? 'operator' : 'kafka'}_placement_id`, table, column: 'placement_id' }
        : { name: `add_${connector ? 'connector' : 'kafka'}_maintenance_window`, table, column: 'window' };
    const kind = migration === 'blocking' ? 'drop-column' : 'add-column';
    this.#migrate(time, kind, idea, connector ? 'connector' : 'kafka', migrationPath === 'policy');
  }
}

function inPackage(text: string, folder: string): string {
  return folder === POLICY_FOLDER ? text.replace('package migrations', 'package db') : text;
}
