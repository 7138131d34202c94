import type { PostgresServer } from './postgres-server.ts';
import type { ServerFolder } from './server-folder.ts';

/** The server's address in a text, as it is called in the container. */
export function withContainerAddress(
  text: string,
  { server, folder }: { readonly server: PostgresServer; readonly folder: ServerFolder },
): string {
  const port = String(server.port);
  if (!text.includes(port) && !text.includes(folder.path)) return text;
  return text
    .replaceAll(`.s.PGSQL.${port}`, '.s.PGSQL.5432')
    .replaceAll(`${folder.sockets}:${port}`, '/var/run/postgresql:5432')
    .replaceAll(`127.0.0.1:${port}`, '127.0.0.1:5432')
    .replaceAll(folder.sockets, '/var/run/postgresql')
    .replace(new RegExp(`\\bport "?${port}\\b`, 'g'), (said) => said.replace(port, '5432'));
}
