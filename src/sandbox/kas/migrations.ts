/** What a migration does to the schema. */
export type MigrationKind =
  | 'add-column'
  | 'create-table'
  | 'add-lease'
  | 'drop-column'
  | 'rename-column'
  | 'delete-rows';

export interface Migration {
  readonly id: string;
  /** Which of the two sets it belongs to; each has its own list. */
  readonly set: 'kafka' | 'connector';
  /** `add_kafka_billing_zone`. */
  readonly name: string;
  readonly kind: MigrationKind;
  readonly table: string;
  readonly column: string;
}

/** Whether programs older than the migration can go on with the schema that it leaves. */
export function isCompatible({ kind }: Migration): boolean {
  return kind === 'add-column' || kind === 'create-table' || kind === 'add-lease';
}

/** `AddKafkaBillingZone` for `add_kafka_billing_zone`. */
function pascalCase(name: string): string {
  return name.replace(/(^|_)([a-z0-9])/g, (_all, _dash, letter: string) => letter.toUpperCase());
}

function functionName({ name }: Migration): string {
  const pascal = pascalCase(name);
  return pascal.charAt(0).toLowerCase() + pascal.slice(1);
}

/** The migration's file. */
export function migrationText(migration: Migration): string {
  const { id } = migration;
  const { types, up, down } = bodyOf(migration);
  return `package migrations

import (
	"github.com/go-gormigrate/gormigrate/v2"
	"gorm.io/gorm"
)

// The types below belong to this migration alone: those of the service go on changing.

func ${functionName(migration)}() *gormigrate.Migration {
${types}	return &gormigrate.Migration{
		ID: "${id}",
		Migrate: func(tx *gorm.DB) error {
${up}
		},
		Rollback: func(tx *gorm.DB) error {
${down}
		},
	}
}
`;
}

interface Body {
  readonly types: string;
  readonly up: string;
  readonly down: string;
}

function bodyOf({ kind, table, column }: Migration): Body {
  const type = pascalCase(table).replace(/s$/, '');
  const field = pascalCase(column);
  const struct = `	type ${type} struct {\n		${field} string \`json:"${column}"\`\n	}\n`;
  const line = (text: string) => `			return ${text}`;
  switch (kind) {
    case 'add-column':
      return {
        types: struct,
        up: line(`tx.Migrator().AddColumn(&${type}{}, "${column}")`),
        down: line(`tx.Migrator().DropColumn(&${type}{}, "${column}")`),
      };
    case 'create-table':
      return {
        types: struct,
        up: line(`tx.Migrator().CreateTable(&${type}{})`),
        down: line(`tx.Migrator().DropTable(&${type}{})`),
      };
    case 'add-lease':
      return {
        types: '',
        up: line(
          `tx.Exec("INSERT INTO leader_leases (id, leader, lease_type, expires) VALUES (?, '', '${column}', now())", api.NewID()).Error`,
        ),
        down: line(`tx.Exec("DELETE FROM leader_leases WHERE lease_type = '${column}'").Error`),
      };
    case 'drop-column':
      return {
        types: struct,
        up: line(`tx.Migrator().DropColumn(&${type}{}, "${column}")`),
        down: line(`tx.Migrator().AddColumn(&${type}{}, "${column}")`),
      };
    case 'rename-column':
      return {
        types: '',
        up: line(`tx.Migrator().RenameColumn("${table}", "${column}", "${column}_id")`),
        down: line(`tx.Migrator().RenameColumn("${table}", "${column}_id", "${column}")`),
      };
    case 'delete-rows':
      return {
        types: '',
        up: line(`tx.Exec("DELETE FROM ${table} WHERE ${column} IS NULL").Error`),
        down: '			return nil',
      };
    default:
      return kind satisfies never;
  }
}

/** The list in which a set's migrations are run. */
export function migrationListText(migrations: readonly Migration[]): string {
  const calls = migrations.map((migration) => `	${functionName(migration)}(),`).join('\n');
  return `package migrations

import (
	"github.com/bf2fc6cc711aee1a0c2a/kas-fleet-manager/pkg/db"
	"github.com/go-gormigrate/gormigrate/v2"
)

// Run from the first to the last, each of them once; new ones go to the end.
var all = []*gormigrate.Migration{
${calls}
}

func New(connections *db.ConnectionFactory) (*db.Migration, func(), error) {
	return db.NewMigration(connections, options(), all)
}
`;
}
