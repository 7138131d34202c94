import { readFile } from 'node:fs/promises';
import type http from 'node:http';
import type https from 'node:https';
import type { Clock } from '../../ports/clock.ts';
import { PortFailure } from '../../ports/failure.ts';
import type { Credentials } from '../transport.ts';
import { ExecCredentials } from './exec-credentials.ts';
import type { SelectedContext } from './kubeconfig.ts';

/**
 * Credentials of one context, read anew when the server no longer accepts them: whoever logs in again during a session
 * goes on in it. Another server or user behind the same context is not the one the session began with, and is not taken.
 */
export function createCredentials(
  first: SelectedContext,
  clock: Clock,
  selectAgain: () => SelectedContext = () => first,
): Credentials {
  let selected = first;
  let current = credentialsOf(first, clock);
  return {
    authorize: () => current.authorize(),
    forget() {
      const again = attempted(selectAgain);
      if (again === undefined || !isSame(again, first) || whoever(again) === whoever(selected))
        return current.forget();
      selected = again;
      current = credentialsOf(again, clock);
      return true;
    },
  };
}

function isSame({ context: a }: SelectedContext, { context: b }: SelectedContext): boolean {
  return a.server === b.server && a.user === b.user;
}

/** Someone may be writing the file at this moment. */
function attempted(select: () => SelectedContext): SelectedContext | undefined {
  try {
    return select();
  } catch {
    return undefined;
  }
}

/** Who asks, and with what. */
function whoever({ config, exec, tokenFile, impersonation }: SelectedContext): string {
  return JSON.stringify([config.users, exec, tokenFile, impersonation]);
}

/** As the kubeconfig has them now, by way of the official client: certificates, tokens, exec plugins, OIDC, proxies. */
function credentialsOf(selected: SelectedContext, clock: Clock): Credentials {
  const { config, context, exec, tokenFile, impersonation } = selected;
  const cluster = config.getCurrentCluster();
  const plugin = exec && new ExecCredentials(exec, cluster, clock);
  if (plugin !== undefined) config.addAuthenticator(plugin);
  return {
    async authorize() {
      const options: https.RequestOptions = {};
      try {
        await config.applyToHTTPSOptions(options);
      } catch (error) {
        if (error instanceof PortFailure) throw error;
        throw new PortFailure(
          `The credentials of user "${context.user}" could not be prepared: ${(error as Error).message}.`,
          {
            reason: 'unauthorized',
            next: 'Correct that user in the kubeconfig, or log in again.',
            cause: error,
          },
        );
      }
      const headers: http.OutgoingHttpHeaders = {
        ...(options.headers as http.OutgoingHttpHeaders | undefined),
      };
      for (const [name, value] of Object.entries(impersonation)) headers[name] = value as string | string[];
      if (tokenFile !== undefined) headers.Authorization = `Bearer ${await readToken(tokenFile)}`;
      const { auth, ca, cert, key, rejectUnauthorized, servername } = options;
      return {
        headers,
        agent: cluster?.proxyUrl ? proxyAgent(options.agent) : undefined,
        ...defined({ auth, ca, cert, key, rejectUnauthorized, servername }),
      };
    },
    forget() {
      plugin?.forget();
      return plugin !== undefined || tokenFile !== undefined;
    },
  };
}

/** The client keeps one agent a context, but without telling it to keep its connections. */
function proxyAgent(agent: unknown): http.Agent {
  return Object.assign(agent as http.Agent, { keepAlive: true });
}

async function readToken(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new PortFailure(`The token file ${file} cannot be read.`, { reason: 'unauthorized', cause: error });
  }
}

function defined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Partial<T>;
}
