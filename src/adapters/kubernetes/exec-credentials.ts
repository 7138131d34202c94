import type { Cluster, KubeConfig, User } from '@kubernetes/client-node';
import { execa } from 'execa';
import type { Clock } from '../../ports/clock.ts';
import { PortFailure } from '../../ports/failure.ts';
import { neutralise } from '../../prose/neutralise.ts';
import type { ExecPlugin } from './kubeconfig.ts';

type Authenticator = Parameters<KubeConfig['addAuthenticator']>[0];

interface Credential {
  readonly token: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** Milliseconds since the epoch; undefined: until the server refuses it. */
  readonly expiresAt: number | undefined;
}

/** A credential this close to its end is renewed before it is used. */
const EXPIRY_MARGIN_MS = 10_000;
const PLUGIN_TIMEOUT_MS = 60_000;

/**
 * Credentials from an exec plugin (aws, gke-gcloud-auth-plugin, kubelogin …): one run at a time however many ask,
 * renewed before they expire, forgotten when the server answers 401, and told about the cluster as kubectl tells.
 */
export class ExecCredentials implements Authenticator {
  readonly #plugin: ExecPlugin;
  readonly #cluster: Cluster | null;
  readonly #clock: Clock;
  #current: Promise<Credential> | undefined;

  constructor(plugin: ExecPlugin, cluster: Cluster | null, clock: Clock) {
    this.#plugin = plugin;
    this.#cluster = cluster;
    this.#clock = clock;
  }

  isAuthProvider(): boolean {
    return true;
  }

  async applyAuthentication(
    _user: User,
    options: { headers?: unknown; cert?: unknown; key?: unknown },
  ): Promise<void> {
    const { token, cert, key } = await this.#credential();
    if (token !== undefined) {
      options.headers = { ...(options.headers as object | undefined), Authorization: `Bearer ${token}` };
    }
    if (cert !== undefined) options.cert = cert;
    if (key !== undefined) options.key = key;
  }

  /** The server refused what the plugin gave: ask it again next time. */
  forget(): void {
    this.#current = undefined;
  }

  async #credential(): Promise<Credential> {
    const known = this.#current;
    if (known !== undefined) {
      const { expiresAt } = await known;
      if (expiresAt === undefined || expiresAt - EXPIRY_MARGIN_MS > this.#clock.now()) return known;
      // somebody else may have renewed it while this one waited
      if (this.#current === known) this.#current = undefined;
    }
    this.#current ??= this.#renew();
    return this.#current;
  }

  #renew(): Promise<Credential> {
    const renewal: Promise<Credential> = this.#run().catch((error) => {
      if (this.#current === renewal) this.#current = undefined;
      throw error;
    });
    return renewal;
  }

  async #run(): Promise<Credential> {
    const { command, args, env, interactiveMode } = this.#plugin;
    const name = neutralise(command);
    if (interactiveMode === 'Always') {
      throw failure(
        `The login plugin ${name} needs a terminal of its own.`,
        'Log in with kubectl first, with a token or certificate that lasts.',
      );
    }
    const result = await execa(command, args ?? [], {
      env: {
        ...Object.fromEntries((env ?? []).map((each) => [each.name, each.value])),
        KUBERNETES_EXEC_INFO: this.#info(),
      },
      stdin: 'ignore',
      timeout: PLUGIN_TIMEOUT_MS,
      maxBuffer: 1_000_000,
      reject: false,
    });
    if (result.code === 'ENOENT') {
      throw failure(
        `The login plugin ${name}, which the kubeconfig asks for, is not installed.`,
        this.#hint(),
      );
    }
    if (result.timedOut) {
      throw failure(
        `The login plugin ${name} did not finish within ${PLUGIN_TIMEOUT_MS / 1000} s.`,
        'It may be waiting for a browser or a password: log in with kubectl first.',
      );
    }
    if (result.failed) {
      const said = neutralise(result.stderr.trim().split('\n').at(-1) ?? '');
      const how =
        result.exitCode === undefined
          ? `could not be run (${result.code ?? result.signal})`
          : `failed with exit code ${result.exitCode}`;
      throw failure(
        `The login plugin ${name} ${how}${said === '' ? '' : `: ${said}`}.`,
        'Run any kubectl command to log in, then try again.',
      );
    }
    return parseCredential(result.stdout, name);
  }

  #hint(): string {
    const hint = this.#plugin.installHint?.trim();
    return hint ? neutralise(hint) : 'Install it, or put it on PATH.';
  }

  #info(): string {
    const { apiVersion = 'client.authentication.k8s.io/v1', provideClusterInfo } = this.#plugin;
    const cluster = this.#cluster;
    const told = provideClusterInfo &&
      cluster !== null && {
        server: cluster.server,
        'insecure-skip-tls-verify': cluster.skipTLSVerify || undefined,
        'certificate-authority-data': cluster.caData,
        'tls-server-name': cluster.tlsServerName,
        'proxy-url': cluster.proxyUrl,
      };
    const spec = { interactive: false, ...(told ? { cluster: told } : {}) };
    return JSON.stringify({ apiVersion, kind: 'ExecCredential', spec });
  }
}

function parseCredential(stdout: string, name: string): Credential {
  let status: Record<string, unknown> | undefined;
  try {
    status = (JSON.parse(stdout) as { status?: Record<string, unknown> }).status;
  } catch {
    // said below
  }
  const token = text(status?.token);
  const cert = text(status?.clientCertificateData);
  const key = text(status?.clientKeyData);
  if (token === undefined && cert === undefined) {
    throw failure(`The login plugin ${name} gave no credential.`, 'Run it by hand to see what it prints.');
  }
  const expires = Date.parse(text(status?.expirationTimestamp) ?? '');
  return { token, cert, key, expiresAt: Number.isNaN(expires) ? undefined : expires };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function failure(message: string, next: string): PortFailure {
  return new PortFailure(message, { reason: 'unauthorized', next });
}
