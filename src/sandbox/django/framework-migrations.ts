import type { Migration } from './migration.ts';

/** Migrations of Django's own apps, in the order in which it applies them, with the SQL of its schema editor. */
export const FRAMEWORK_MIGRATIONS: readonly Migration[] = [
  {
    app: 'contenttypes',
    name: '0001_initial',
    dependencies: [],
    operations: [
      {
        says: 'Create model ContentType',
        forwards: [
          'CREATE TABLE "django_content_type" ("id" serial NOT NULL PRIMARY KEY, "name" varchar(100) NOT NULL, "app_label" varchar(100) NOT NULL, "model" varchar(100) NOT NULL)',
        ],
        backwards: ['DROP TABLE "django_content_type" CASCADE'],
      },
      {
        says: 'Alter unique_together for contenttype (1 constraint(s))',
        forwards: [
          'ALTER TABLE "django_content_type" ADD CONSTRAINT "django_content_type_app_label_model_76bd3d3b_uniq" UNIQUE ("app_label", "model")',
        ],
        backwards: [
          'ALTER TABLE "django_content_type" DROP CONSTRAINT "django_content_type_app_label_model_76bd3d3b_uniq"',
        ],
      },
    ],
  },
  {
    app: 'contenttypes',
    name: '0002_remove_content_type_name',
    dependencies: ['contenttypes.0001_initial'],
    operations: [
      { says: 'Change Meta options on contenttype', forwards: [], backwards: [] },
      {
        says: 'Alter field name on contenttype',
        forwards: ['ALTER TABLE "django_content_type" ALTER COLUMN "name" DROP NOT NULL'],
        backwards: ['ALTER TABLE "django_content_type" ALTER COLUMN "name" SET NOT NULL'],
      },
      { python: { forwards: [], backwards: [] } },
      {
        says: 'Remove field name from contenttype',
        forwards: ['ALTER TABLE "django_content_type" DROP COLUMN "name" CASCADE'],
        backwards: ['ALTER TABLE "django_content_type" ADD COLUMN "name" varchar(100) NULL'],
      },
    ],
  },
  {
    app: 'auth',
    name: '0001_initial',
    dependencies: ['contenttypes.0001_initial'],
    operations: [
      {
        says: 'Create model Permission',
        forwards: [
          'CREATE TABLE "auth_permission" ("id" serial NOT NULL PRIMARY KEY, "name" varchar(50) NOT NULL, "content_type_id" integer NOT NULL, "codename" varchar(100) NOT NULL)',
        ],
        backwards: ['DROP TABLE "auth_permission" CASCADE'],
      },
      {
        says: 'Create model Group',
        forwards: [
          'CREATE TABLE "auth_group" ("id" serial NOT NULL PRIMARY KEY, "name" varchar(80) NOT NULL UNIQUE)',
          'CREATE TABLE "auth_group_permissions" ("id" bigserial NOT NULL PRIMARY KEY, "group_id" integer NOT NULL, "permission_id" integer NOT NULL)',
        ],
        backwards: ['DROP TABLE "auth_group_permissions" CASCADE', 'DROP TABLE "auth_group" CASCADE'],
      },
      {
        says: 'Create model User',
        forwards: [
          'CREATE TABLE "auth_user" ("id" serial NOT NULL PRIMARY KEY, "password" varchar(128) NOT NULL, "last_login" timestamp with time zone NOT NULL, "is_superuser" boolean NOT NULL, "username" varchar(30) NOT NULL UNIQUE, "first_name" varchar(30) NOT NULL, "last_name" varchar(30) NOT NULL, "email" varchar(75) NOT NULL, "is_staff" boolean NOT NULL, "is_active" boolean NOT NULL, "date_joined" timestamp with time zone NOT NULL)',
          'CREATE TABLE "auth_user_groups" ("id" bigserial NOT NULL PRIMARY KEY, "user_id" integer NOT NULL, "group_id" integer NOT NULL)',
          'CREATE TABLE "auth_user_user_permissions" ("id" bigserial NOT NULL PRIMARY KEY, "user_id" integer NOT NULL, "permission_id" integer NOT NULL)',
          'ALTER TABLE "auth_permission" ADD CONSTRAINT "auth_permission_content_type_id_codename_01ab375a_uniq" UNIQUE ("content_type_id", "codename")',
          'ALTER TABLE "auth_permission" ADD CONSTRAINT "auth_permission_content_type_id_2f476e4b_fk_django_co" FOREIGN KEY ("content_type_id") REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED',
          'CREATE INDEX "auth_permission_content_type_id_2f476e4b" ON "auth_permission" ("content_type_id")',
          'CREATE INDEX "auth_group_name_a6ea08ec_like" ON "auth_group" ("name" varchar_pattern_ops)',
          'ALTER TABLE "auth_group_permissions" ADD CONSTRAINT "auth_group_permissions_group_id_permission_id_0cd325b0_uniq" UNIQUE ("group_id", "permission_id")',
          'ALTER TABLE "auth_group_permissions" ADD CONSTRAINT "auth_group_permissions_group_id_b120cbf9_fk_auth_group_id" FOREIGN KEY ("group_id") REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED',
          'ALTER TABLE "auth_group_permissions" ADD CONSTRAINT "auth_group_permissio_permission_id_84c5c92e_fk_auth_perm" FOREIGN KEY ("permission_id") REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED',
          'CREATE INDEX "auth_group_permissions_group_id_b120cbf9" ON "auth_group_permissions" ("group_id")',
          'CREATE INDEX "auth_group_permissions_permission_id_84c5c92e" ON "auth_group_permissions" ("permission_id")',
          'CREATE INDEX "auth_user_username_6821ab7c_like" ON "auth_user" ("username" varchar_pattern_ops)',
          'ALTER TABLE "auth_user_groups" ADD CONSTRAINT "auth_user_groups_user_id_group_id_94350c0c_uniq" UNIQUE ("user_id", "group_id")',
          'ALTER TABLE "auth_user_groups" ADD CONSTRAINT "auth_user_groups_user_id_6a12ed8b_fk_auth_user_id" FOREIGN KEY ("user_id") REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED',
          'ALTER TABLE "auth_user_groups" ADD CONSTRAINT "auth_user_groups_group_id_97559544_fk_auth_group_id" FOREIGN KEY ("group_id") REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED',
          'CREATE INDEX "auth_user_groups_user_id_6a12ed8b" ON "auth_user_groups" ("user_id")',
          'CREATE INDEX "auth_user_groups_group_id_97559544" ON "auth_user_groups" ("group_id")',
          'ALTER TABLE "auth_user_user_permissions" ADD CONSTRAINT "auth_user_user_permissions_user_id_permission_id_14a6b632_uniq" UNIQUE ("user_id", "permission_id")',
          'ALTER TABLE "auth_user_user_permissions" ADD CONSTRAINT "auth_user_user_permissions_user_id_a95ead1b_fk_auth_user_id" FOREIGN KEY ("user_id") REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED',
          'ALTER TABLE "auth_user_user_permissions" ADD CONSTRAINT "auth_user_user_permi_permission_id_1fbb5f2c_fk_auth_perm" FOREIGN KEY ("permission_id") REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED',
          'CREATE INDEX "auth_user_user_permissions_user_id_a95ead1b" ON "auth_user_user_permissions" ("user_id")',
          'CREATE INDEX "auth_user_user_permissions_permission_id_1fbb5f2c" ON "auth_user_user_permissions" ("permission_id")',
        ],
        backwards: [
          'DROP TABLE "auth_user_groups" CASCADE',
          'DROP TABLE "auth_user_user_permissions" CASCADE',
          'DROP TABLE "auth_user" CASCADE',
        ],
      },
    ],
  },
  {
    app: 'auth',
    name: '0002_alter_permission_name_max_length',
    dependencies: ['auth.0001_initial'],
    operations: [
      {
        says: 'Alter field name on permission',
        forwards: ['ALTER TABLE "auth_permission" ALTER COLUMN "name" TYPE varchar(255)'],
        backwards: ['ALTER TABLE "auth_permission" ALTER COLUMN "name" TYPE varchar(50)'],
      },
    ],
  },
  {
    app: 'auth',
    name: '0003_alter_user_email_max_length',
    dependencies: ['auth.0002_alter_permission_name_max_length'],
    operations: [
      {
        says: 'Alter field email on user',
        forwards: ['ALTER TABLE "auth_user" ALTER COLUMN "email" TYPE varchar(254)'],
        backwards: ['ALTER TABLE "auth_user" ALTER COLUMN "email" TYPE varchar(75)'],
      },
    ],
  },
  {
    app: 'auth',
    name: '0004_alter_user_username_opts',
    dependencies: ['auth.0003_alter_user_email_max_length'],
    operations: [{ says: 'Alter field username on user', forwards: [], backwards: [] }],
  },
  {
    app: 'auth',
    name: '0005_alter_user_last_login_null',
    dependencies: ['auth.0004_alter_user_username_opts'],
    operations: [
      {
        says: 'Alter field last_login on user',
        forwards: ['ALTER TABLE "auth_user" ALTER COLUMN "last_login" DROP NOT NULL'],
        backwards: [
          'ALTER TABLE "auth_user" ALTER COLUMN "last_login" SET DEFAULT now()',
          'UPDATE "auth_user" SET "last_login" = now() WHERE "last_login" IS NULL',
          'ALTER TABLE "auth_user" ALTER COLUMN "last_login" SET NOT NULL',
          'ALTER TABLE "auth_user" ALTER COLUMN "last_login" DROP DEFAULT',
        ],
      },
    ],
  },
  {
    app: 'auth',
    name: '0006_require_contenttypes_0002',
    dependencies: ['auth.0005_alter_user_last_login_null', 'contenttypes.0002_remove_content_type_name'],
    operations: [],
  },
  {
    app: 'auth',
    name: '0007_alter_validators_add_error_messages',
    dependencies: ['auth.0006_require_contenttypes_0002'],
    operations: [{ says: 'Alter field username on user', forwards: [], backwards: [] }],
  },
  {
    app: 'auth',
    name: '0008_alter_user_username_max_length',
    dependencies: ['auth.0007_alter_validators_add_error_messages'],
    operations: [
      {
        says: 'Alter field username on user',
        forwards: ['ALTER TABLE "auth_user" ALTER COLUMN "username" TYPE varchar(150)'],
        backwards: ['ALTER TABLE "auth_user" ALTER COLUMN "username" TYPE varchar(30)'],
      },
    ],
  },
  {
    app: 'auth',
    name: '0009_alter_user_last_name_max_length',
    dependencies: ['auth.0008_alter_user_username_max_length'],
    operations: [
      {
        says: 'Alter field last_name on user',
        forwards: ['ALTER TABLE "auth_user" ALTER COLUMN "last_name" TYPE varchar(150)'],
        backwards: ['ALTER TABLE "auth_user" ALTER COLUMN "last_name" TYPE varchar(30)'],
      },
    ],
  },
  {
    app: 'auth',
    name: '0010_alter_group_name_max_length',
    dependencies: ['auth.0009_alter_user_last_name_max_length'],
    operations: [
      {
        says: 'Alter field name on group',
        forwards: ['ALTER TABLE "auth_group" ALTER COLUMN "name" TYPE varchar(150)'],
        backwards: ['ALTER TABLE "auth_group" ALTER COLUMN "name" TYPE varchar(80)'],
      },
    ],
  },
  {
    app: 'auth',
    name: '0011_update_proxy_permissions',
    dependencies: ['auth.0010_alter_group_name_max_length'],
    operations: [
      {
        python: {
          forwards: [],
          backwards: [],
          backwardsDoc: '    Update the content_type of proxy models to use the concrete model.    ',
        },
      },
    ],
  },
  {
    app: 'auth',
    name: '0012_alter_user_first_name_max_length',
    dependencies: ['auth.0011_update_proxy_permissions'],
    operations: [
      {
        says: 'Alter field first_name on user',
        forwards: ['ALTER TABLE "auth_user" ALTER COLUMN "first_name" TYPE varchar(150)'],
        backwards: ['ALTER TABLE "auth_user" ALTER COLUMN "first_name" TYPE varchar(30)'],
      },
    ],
  },
];
