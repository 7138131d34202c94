import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { MachineUser } from './machine-user.ts';
import type { PostgresPrograms } from './postgres-programs.ts';
import type { ServerFolder } from './server-folder.ts';

export interface PostgresServerOptions {
  readonly programs: PostgresPrograms;
  readonly user: MachineUser;
  readonly folder: ServerFolder;
}

/** Small, and without the waits that protect from a loss of power. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_permissions: '0700',
  max_connections: '60',
  shared_buffers: '16MB',
  min_wal_size: '5MB',
  max_wal_size: '64MB',
  fsync: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  max_parallel_workers: '0',
  huge_pages: 'off',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] ',
};

const READY = 'database system is ready to accept connections';
const PORT_TAKEN = 'could not bind IPv4 address';
const ATTEMPTS = 5;
/** A session that does not hear of it holds its server up for seconds. */
const PATIENCE_MS = 500;

/** One server on its data, started and stopped as often as its pod is. */
export class PostgresServer {
  readonly #options: PostgresServerOptions;
  #port = 0;
  #child: ChildProcess | undefined;
  #accepting = false;
  #ended: Promise<void> = Promise.resolve();
  #stopping = false;
  /** Told when the server ends and nobody has asked for it here. */
  onExit: () => void = () => {};
  /** Told what the server says, line by line. */
  onLine: (line: string) => void = () => {};

  constructor(options: PostgresServerOptions) {
    this.#options = options;
  }

  /** On loopback, and in the name of the socket; the same for every start. */
  get port(): number {
    return this.#port;
  }

  get running(): boolean {
    return this.#child !== undefined;
  }

  get accepting(): boolean {
    return this.#accepting;
  }

  /** Resolves when it accepts connections; does nothing when it runs. Throws what the server said otherwise. */
  async start(): Promise<void> {
    if (this.#child !== undefined) return;
    if (this.#port === 0) this.#port = await freePort();
    for (let attempt = 1; ; attempt += 1) {
      const said = await this.#launch();
      if (said === undefined) return;
      if (attempt === ATTEMPTS || !said.includes(PORT_TAKEN))
        throw new Error(`PostgreSQL does not start: ${said}`);
      this.#port = await freePort();
    }
  }

  /** Ends its sessions and shuts down in order. */
  stop(): Promise<void> {
    return this.#end('SIGINT');
  }

  /** At once; what the data is like afterwards does not matter. */
  async discard(): Promise<void> {
    const insist = setTimeout(() => this.#child?.kill('SIGKILL'), PATIENCE_MS);
    await this.#end('SIGQUIT');
    clearTimeout(insist);
  }

  /** As a node that dies: no shutdown, and nobody is to know who it was. The next start recovers from the log. */
  crash(): void {
    this.#child?.kill('SIGQUIT');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    this.#accepting = false;
    this.#stopping = true;
    this.#child?.kill(signal);
    await this.#ended;
    this.#stopping = false;
  }

  /** Resolves to undefined once it is ready, or to its last words. */
  #launch(): Promise<string | undefined> {
    const { programs, user, folder } = this.#options;
    const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawn(
      join(programs.folder, 'postgres'),
      ['-D', folder.data, '-k', folder.sockets, '-p', String(this.#port), ...settings],
      // A group of its own: the terminal's Ctrl-C is for the sandbox, which then stops it in order.
      {
        ...user,
        cwd: folder.path,
        env: { LC_ALL: 'C', PATH: '' },
        stdio: ['ignore', 'ignore', 'pipe'],
        detached: true,
      },
    );
    this.#child = child;
    const said: string[] = [];
    return new Promise((resolve, reject) => {
      createInterface({ input: child.stderr }).on('line', (line) => {
        this.onLine(line);
        if (said.length < 20) said.push(line);
        if (!line.includes(READY)) return;
        this.#accepting = true;
        resolve(undefined);
      });
      child.once('error', reject);
      this.#ended = new Promise((ended) => {
        child.once('close', () => {
          const unasked = this.#accepting && !this.#stopping;
          this.#child = undefined;
          this.#accepting = false;
          resolve(said.join('\n'));
          ended();
          if (unasked) this.onExit();
        });
      });
    });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(address === null || typeof address === 'string' ? 0 : address.port));
    });
  });
}
