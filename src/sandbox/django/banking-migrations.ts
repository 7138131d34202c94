import type { DjangoSpec } from './django-spec.ts';
import { FRAMEWORK_MIGRATIONS } from './framework-migrations.ts';
import type { Migration } from './migration.ts';

const INITIAL: Migration = {
  app: 'accounts',
  name: '0001_initial',
  dependencies: [],
  operations: [
    {
      says: 'Create model Account',
      forwards: [
        'CREATE TABLE "accounts_account" ("id" bigserial NOT NULL PRIMARY KEY, "iban" varchar(34) NOT NULL UNIQUE, "owner" varchar(120) NOT NULL, "balance" numeric(14, 2) NOT NULL, "opened_at" timestamp with time zone NOT NULL)',
        'CREATE INDEX "accounts_account_iban_3bec7d37_like" ON "accounts_account" ("iban" varchar_pattern_ops)',
      ],
      backwards: ['DROP TABLE "accounts_account" CASCADE'],
    },
  ],
};

const TRANSACTION: Migration = {
  app: 'accounts',
  name: '0002_transaction',
  dependencies: ['accounts.0001_initial'],
  operations: [
    {
      says: 'Create model Transaction',
      forwards: [
        'CREATE TABLE "accounts_transaction" ("id" bigserial NOT NULL PRIMARY KEY, "amount" numeric(14, 2) NOT NULL, "memo" varchar(200) NOT NULL, "booked_at" timestamp with time zone NOT NULL, "account_id" bigint NOT NULL)',
        'ALTER TABLE "accounts_transaction" ADD CONSTRAINT "accounts_transaction_account_id_95e78ffb_fk_accounts_account_id" FOREIGN KEY ("account_id") REFERENCES "accounts_account" ("id") DEFERRABLE INITIALLY DEFERRED',
        'CREATE INDEX "accounts_transaction_account_id_95e78ffb" ON "accounts_transaction" ("account_id")',
      ],
      backwards: ['DROP TABLE "accounts_transaction" CASCADE'],
    },
  ],
};

const RATED = [
  `UPDATE "accounts_account" SET "risk_level" = 'high' WHERE "accounts_account"."balance" < 0`,
  `UPDATE "accounts_account" SET "risk_level" = 'low' WHERE "accounts_account"."balance" >= 0`,
];

function riskLevel(irreversible: boolean): Migration {
  return {
    app: 'accounts',
    name: '0003_account_risk_level',
    dependencies: ['accounts.0002_transaction'],
    operations: [
      {
        says: 'Add field risk_level to account',
        forwards: [
          `ALTER TABLE "accounts_account" ADD COLUMN "risk_level" varchar(10) DEFAULT 'unrated' NOT NULL`,
          'ALTER TABLE "accounts_account" ALTER COLUMN "risk_level" DROP DEFAULT',
        ],
        backwards: ['ALTER TABLE "accounts_account" DROP COLUMN "risk_level" CASCADE'],
      },
      { python: { forwards: RATED, ...(irreversible ? {} : { backwards: [] }) } },
    ],
  };
}

/** Outside of a transaction; on the way back it stumbles after its index is gone. */
const LIMIT: Migration = {
  app: 'accounts',
  name: '0004_account_limit',
  atomic: false,
  dependencies: ['accounts.0003_account_risk_level'],
  operations: [
    {
      says: 'Add field limit to account',
      forwards: ['ALTER TABLE "accounts_account" ADD COLUMN "limit" numeric(14, 2) NULL'],
      backwards: ['ALTER TABLE "accounts_account" DROP COLUMN "limit" CASCADE'],
    },
    { sql: { forwards: [], backwards: ['UPDATE accounts_limitaudit SET closed_at = now()'] } },
    {
      sql: {
        forwards: ['CREATE INDEX CONCURRENTLY accounts_account_limit ON accounts_account ("limit")'],
        backwards: ['DROP INDEX CONCURRENTLY accounts_account_limit'],
      },
    },
  ],
};

const REPORTS: Migration = {
  app: 'reports',
  name: '0001_initial',
  dependencies: ['accounts.0003_account_risk_level'],
  operations: [
    {
      says: 'Create model Report',
      forwards: [
        'CREATE TABLE "reports_report" ("id" bigserial NOT NULL PRIMARY KEY, "title" varchar(120) NOT NULL, "account_id" bigint NOT NULL)',
        'ALTER TABLE "reports_report" ADD CONSTRAINT "reports_report_account_id_0f5b1f2c_fk_accounts_account_id" FOREIGN KEY ("account_id") REFERENCES "accounts_account" ("id") DEFERRABLE INITIALLY DEFERRED',
        'CREATE INDEX "reports_report_account_id_0f5b1f2c" ON "reports_report" ("account_id")',
      ],
      backwards: ['DROP TABLE "reports_report" CASCADE'],
    },
  ],
};

/** Up to here every image goes. */
const OLDER = [INITIAL, TRANSACTION];

/** All that the newest image has, in the order in which Django applies it. */
export function newestMigrations({ irreversible, extras }: DjangoSpec): readonly Migration[] {
  return [
    ...OLDER,
    riskLevel(irreversible),
    ...(extras.includes('limit') ? [LIMIT] : []),
    ...FRAMEWORK_MIGRATIONS,
    ...(extras.includes('reports') ? [REPORTS] : []),
  ];
}

/** What the images of the release before have. */
export function olderMigrations(): readonly Migration[] {
  return [...OLDER, ...FRAMEWORK_MIGRATIONS];
}
