import { z } from 'zod';
import { query, type Server, tryLook } from './server.ts';

/** Free bytes of the volume of a folder, as df tells; throws nothing: undefined where it cannot be told. */
export async function freeBytes(server: Server, folder: string): Promise<number | undefined> {
  const result = await tryLook(server, ['df', '-Pk', folder], 30_000);
  if (result.exitCode !== 0) return undefined;
  const fields = result.stdout.trim().split('\n').at(-1)?.trim().split(/\s+/) ?? [];
  const available = Number(fields.at(-3));
  return Number.isFinite(available) ? available * 1024 : undefined;
}

/** Where the server keeps its data; undefined when this role may not know. */
export async function dataFolder(server: Server): Promise<string | undefined> {
  const rows = await query(
    server,
    server.maintenance,
    `SELECT setting AS folder FROM pg_settings WHERE name = 'data_directory'`,
  );
  return z.array(z.object({ folder: z.string() })).parse(rows)[0]?.folder;
}

/** Bytes of the tables of a database without their indexes: a compressed dump is rarely larger. */
export async function tableBytes(server: Server, database: string): Promise<number> {
  const [row] = await query(
    server,
    database,
    `SELECT coalesce(sum(pg_table_size(c.oid)), 0)::int8 AS bytes FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')`,
  );
  return z.object({ bytes: z.number() }).parse(row).bytes;
}
