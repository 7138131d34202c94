/** What Django makes of the banking app's models, one part for each migration that changes the schema. */

const APPLIED_FIRST = [
  ['contenttypes', '0001_initial'],
  ['contenttypes', '0002_remove_content_type_name'],
  ['auth', '0001_initial'],
  ['auth', '0002_alter_permission_name_max_length'],
  ['auth', '0003_alter_user_email_max_length'],
  ['auth', '0004_alter_user_username_opts'],
  ['auth', '0005_alter_user_last_login_null'],
  ['auth', '0006_require_contenttypes_0002'],
  ['auth', '0007_alter_validators_add_error_messages'],
  ['auth', '0008_alter_user_username_max_length'],
  ['auth', '0009_alter_user_last_name_max_length'],
  ['auth', '0010_alter_group_name_max_length'],
  ['auth', '0011_update_proxy_permissions'],
  ['auth', '0012_alter_user_first_name_max_length'],
  ['accounts', '0001_initial'],
] as const;

const FRAMEWORK = `
CREATE TABLE django_migrations (
  id bigserial PRIMARY KEY, app varchar(255) NOT NULL, name varchar(255) NOT NULL, applied timestamptz NOT NULL);
CREATE TABLE django_content_type (
  id serial PRIMARY KEY, app_label varchar(100) NOT NULL, model varchar(100) NOT NULL,
  CONSTRAINT django_content_type_app_label_model_76bd3d3b_uniq UNIQUE (app_label, model));
CREATE TABLE auth_permission (
  id serial PRIMARY KEY, name varchar(255) NOT NULL, content_type_id integer NOT NULL, codename varchar(100) NOT NULL,
  CONSTRAINT auth_permission_content_type_id_codename_01ab375a_uniq UNIQUE (content_type_id, codename),
  CONSTRAINT auth_permission_content_type_id_2f476e4b_fk_django_co FOREIGN KEY (content_type_id)
    REFERENCES django_content_type DEFERRABLE INITIALLY DEFERRED);
CREATE INDEX auth_permission_content_type_id_2f476e4b ON auth_permission (content_type_id);
CREATE TABLE auth_group (id serial PRIMARY KEY, name varchar(150) NOT NULL UNIQUE);
CREATE INDEX auth_group_name_a6ea08ec_like ON auth_group (name varchar_pattern_ops);
CREATE TABLE auth_group_permissions (
  id bigserial PRIMARY KEY,
  group_id integer NOT NULL CONSTRAINT auth_group_permissions_group_id_b120cbf9_fk_auth_group_id
    REFERENCES auth_group DEFERRABLE INITIALLY DEFERRED,
  permission_id integer NOT NULL CONSTRAINT auth_group_permissio_permission_id_84c5c92e_fk_auth_perm
    REFERENCES auth_permission DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT auth_group_permissions_group_id_permission_id_0cd325b0_uniq UNIQUE (group_id, permission_id));
CREATE INDEX auth_group_permissions_group_id_b120cbf9 ON auth_group_permissions (group_id);
CREATE INDEX auth_group_permissions_permission_id_84c5c92e ON auth_group_permissions (permission_id);
CREATE TABLE auth_user (
  id serial PRIMARY KEY, password varchar(128) NOT NULL, last_login timestamptz, is_superuser boolean NOT NULL,
  username varchar(150) NOT NULL UNIQUE, first_name varchar(150) NOT NULL, last_name varchar(150) NOT NULL,
  email varchar(254) NOT NULL, is_staff boolean NOT NULL, is_active boolean NOT NULL, date_joined timestamptz NOT NULL);
CREATE INDEX auth_user_username_6821ab7c_like ON auth_user (username varchar_pattern_ops);
CREATE TABLE auth_user_groups (
  id bigserial PRIMARY KEY,
  user_id integer NOT NULL CONSTRAINT auth_user_groups_user_id_6a12ed8b_fk_auth_user_id
    REFERENCES auth_user DEFERRABLE INITIALLY DEFERRED,
  group_id integer NOT NULL CONSTRAINT auth_user_groups_group_id_97559544_fk_auth_group_id
    REFERENCES auth_group DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT auth_user_groups_user_id_group_id_94350c0c_uniq UNIQUE (user_id, group_id));
CREATE INDEX auth_user_groups_user_id_6a12ed8b ON auth_user_groups (user_id);
CREATE INDEX auth_user_groups_group_id_97559544 ON auth_user_groups (group_id);
CREATE TABLE auth_user_user_permissions (
  id bigserial PRIMARY KEY,
  user_id integer NOT NULL CONSTRAINT auth_user_user_permissions_user_id_a95ead1b_fk_auth_user_id
    REFERENCES auth_user DEFERRABLE INITIALLY DEFERRED,
  permission_id integer NOT NULL CONSTRAINT auth_user_user_permi_permission_id_1fbb5f2c_fk_auth_perm
    REFERENCES auth_permission DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT auth_user_user_permissions_user_id_permission_id_14a6b632_uniq UNIQUE (user_id, permission_id));
CREATE INDEX auth_user_user_permissions_user_id_a95ead1b ON auth_user_user_permissions (user_id);
CREATE INDEX auth_user_user_permissions_permission_id_1fbb5f2c ON auth_user_user_permissions (permission_id);
`;

const ACCOUNT = `
CREATE TABLE accounts_account (
  id bigserial PRIMARY KEY, iban varchar(34) NOT NULL UNIQUE, owner varchar(120) NOT NULL,
  balance numeric(14, 2) NOT NULL, opened_at timestamptz NOT NULL);
CREATE INDEX accounts_account_iban_3bec7d37_like ON accounts_account (iban varchar_pattern_ops);
`;

const TRANSACTION = `
CREATE TABLE accounts_transaction (
  id bigserial PRIMARY KEY, amount numeric(14, 2) NOT NULL, memo varchar(200) NOT NULL, booked_at timestamptz NOT NULL,
  account_id bigint NOT NULL CONSTRAINT accounts_transaction_account_id_95e78ffb_fk_accounts_account_id
    REFERENCES accounts_account DEFERRABLE INITIALLY DEFERRED);
CREATE INDEX accounts_transaction_account_id_95e78ffb ON accounts_transaction (account_id);
`;

const RISK_LEVEL = `
ALTER TABLE accounts_account ADD COLUMN risk_level varchar(10) DEFAULT 'unrated' NOT NULL;
ALTER TABLE accounts_account ALTER COLUMN risk_level DROP DEFAULT;
UPDATE accounts_account SET risk_level = CASE WHEN balance < 0 THEN 'high' ELSE 'low' END;
`;

/** Schema at accounts 0001. `at` is an SQL literal: when it was migrated. */
export function firstSchema(at: string): string {
  const rows = APPLIED_FIRST.map(([app, name]) => `('${app}', '${name}', ${at})`).join(', ');
  return [
    FRAMEWORK,
    ACCOUNT,
    `INSERT INTO django_migrations (app, name, applied) VALUES ${rows};`,
    contentTypes([
      ['contenttypes', 'contenttype', 'content type'],
      ['auth', 'permission', 'permission'],
      ['auth', 'group', 'group'],
      ['auth', 'user', 'user'],
      ['accounts', 'account', 'account'],
    ]),
  ].join('\n');
}

export function addTransactions(at: string): string {
  return [
    TRANSACTION,
    applied('0002_transaction', at),
    contentTypes([['accounts', 'transaction', 'transaction']]),
  ].join('\n');
}

export function addRiskLevel(at: string): string {
  return [RISK_LEVEL, applied('0003_account_risk_level', at)].join('\n');
}

function applied(name: string, at: string): string {
  return `INSERT INTO django_migrations (app, name, applied) VALUES ('accounts', '${name}', ${at});`;
}

function contentTypes(models: readonly (readonly [app: string, model: string, spoken: string])[]): string {
  return models
    .map(
      ([app, model, spoken]) => `
WITH type AS (INSERT INTO django_content_type (app_label, model) VALUES ('${app}', '${model}') RETURNING id)
INSERT INTO auth_permission (name, content_type_id, codename)
SELECT 'Can ' || verb || ' ${spoken}', type.id, verb || '_${model}'
FROM type, unnest(ARRAY['add', 'change', 'delete', 'view']) WITH ORDINALITY AS verbs (verb, place) ORDER BY place;`,
    )
    .join('\n');
}
