import { z } from 'zod';
import { StepFailure } from '../step-kind.ts';
import { sqlIdentifier, sqlLiteral } from './quoting.ts';
import { query, type Server } from './server.ts';

/** A row of pg_database as JSON: which columns there are depends on the version. */
const databaseProperties = z.looseObject({
  encoding: z.string(),
  owner: z.string(),
  tablespace: z.string(),
  collate: z.string(),
  ctype: z.string(),
  provider: z.string(),
  /** Of ICU or the builtin provider. */
  locale: z.string().nullable(),
  limit: z.number(),
});

/** `CREATE DATABASE name …` with owner, encoding, locale and tablespace of another database. */
export async function createLike(server: Server, model: string, name: string): Promise<string> {
  const [row] = await query(
    server,
    server.maintenance,
    `SELECT pg_encoding_to_char(d.encoding) AS encoding, pg_get_userbyid(datdba) AS owner, t.spcname AS tablespace,
      datcollate AS collate, datctype AS ctype, datconnlimit AS limit,
      coalesce(j ->> 'datlocprovider', 'c') AS provider,
      coalesce(j ->> 'datlocale', j ->> 'daticulocale') AS locale
    FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace, LATERAL to_jsonb(d) j
    WHERE datname = ${sqlLiteral(model)}`,
  );
  if (row === undefined)
    throw new StepFailure(`There is no database ${model} on pod/${server.pod}.`, {
      next: 'Look at the names of the databases on this server.',
    });
  const like = databaseProperties.parse(row);
  return [
    `CREATE DATABASE ${sqlIdentifier(name)}`,
    `OWNER ${sqlIdentifier(like.owner)} TEMPLATE template0 ENCODING ${sqlLiteral(like.encoding)}`,
    `LC_COLLATE ${sqlLiteral(like.collate)} LC_CTYPE ${sqlLiteral(like.ctype)}`,
    ...providerClause(like.provider, like.locale),
    `TABLESPACE ${sqlIdentifier(like.tablespace)} CONNECTION LIMIT ${like.limit}`,
  ].join(' ');
}

function providerClause(provider: string, locale: string | null): readonly string[] {
  if (locale === null) return [];
  if (provider === 'i') return [`LOCALE_PROVIDER icu ICU_LOCALE ${sqlLiteral(locale)}`];
  return provider === 'b' ? [`LOCALE_PROVIDER builtin BUILTIN_LOCALE ${sqlLiteral(locale)}`] : [];
}

const grant = z.object({ role: z.string().nullable(), privilege: z.string(), grantable: z.boolean() });
const setting = z.object({ role: z.string().nullable(), settings: z.array(z.string()) });

/** Statements that give a database the rights and settings of another one; it has those of a new database so far. */
export async function carryOver(server: Server, from: string, to: string): Promise<readonly string[]> {
  const [grants, settings] = await Promise.all([grantsOf(server, from), settingsOf(server, from)]);
  const target = sqlIdentifier(to);
  return [
    ...(grants === undefined
      ? []
      : [
          `REVOKE ALL ON DATABASE ${target} FROM PUBLIC`,
          `REVOKE ALL ON DATABASE ${target} FROM ${sqlIdentifier(grants.owner)}`,
          ...grants.rows.map(
            ({ role, privilege, grantable }) =>
              `GRANT ${privilege} ON DATABASE ${target} TO ${role === null ? 'PUBLIC' : sqlIdentifier(role)}${grantable ? ' WITH GRANT OPTION' : ''}`,
          ),
        ]),
    ...settings.flatMap(({ role, settings: values }) =>
      values.map((value) => {
        const whose =
          role === null ? `DATABASE ${target}` : `ROLE ${sqlIdentifier(role)} IN DATABASE ${target}`;
        return `ALTER ${whose} SET ${settingClause(value)}`;
      }),
    ),
  ];
}

/** Undefined: never granted or revoked, so that a new database has the same. */
async function grantsOf(server: Server, database: string) {
  const where = `FROM pg_database d WHERE datname = ${sqlLiteral(database)}`;
  const [row] = await query(
    server,
    server.maintenance,
    `SELECT datacl IS NOT NULL AS has, pg_get_userbyid(datdba) AS owner ${where}`,
  );
  const { has, owner } = z.object({ has: z.boolean(), owner: z.string() }).parse(row);
  if (!has) return undefined;
  const rows = await query(
    server,
    server.maintenance,
    `SELECT r.rolname AS role, a.privilege_type AS privilege, a.is_grantable AS grantable
    FROM pg_database d, aclexplode(d.datacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
    WHERE datname = ${sqlLiteral(database)} ORDER BY 1, 2`,
  );
  return { owner, rows: z.array(grant).parse(rows) };
}

async function settingsOf(server: Server, database: string) {
  const rows = await query(
    server,
    server.maintenance,
    `SELECT r.rolname AS role, to_json(s.setconfig) AS settings FROM pg_db_role_setting s
      JOIN pg_database d ON d.oid = s.setdatabase LEFT JOIN pg_roles r ON r.oid = s.setrole
    WHERE datname = ${sqlLiteral(database)}`,
  );
  return z.array(setting).parse(rows);
}

/** Settings that are lists of names; each name is quoted for itself, as pg_dump does. */
const LISTS: ReadonlySet<string> = new Set([
  ...['search_path', 'temp_tablespaces', 'session_preload_libraries', 'local_preload_libraries'],
  ...['shared_preload_libraries', 'unix_socket_directories'],
]);

/** 'search_path="$user", public' → `"search_path" TO '$user', 'public'` */
function settingClause(setting: string): string {
  const at = setting.indexOf('=');
  const [name, value] = [setting.slice(0, at), setting.slice(at + 1)];
  const quotedName = name.split('.').map(sqlIdentifier).join('.');
  if (!LISTS.has(name.toLowerCase())) return `${quotedName} TO ${sqlLiteral(value)}`;
  const names = [...value.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^,]+))\s*(?:,|$)/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain?.trim() ?? '',
  );
  return `${quotedName} TO ${names.length === 0 ? "''" : names.map(sqlLiteral).join(', ')}`;
}
