import { type ChildProcess, spawn } from 'node:child_process';
import type { MachineUser } from './machine-user.ts';

/**
 * Reads until its input closes. A line before that means that the sandbox has stopped everything itself; the end
 * without a line means that it was killed: the server goes, at once and with its folder.
 */
const SCRIPT = `
trap '' HUP INT TERM
read -r stopped && exit 0
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) && kill -QUIT "$pid" 2>/dev/null
rm -rf -- "$1"
`;

/** Outlives the sandbox by a moment: no server and no folder stays when the sandbox is killed. */
export class Watchdog {
  readonly #child: ChildProcess;

  constructor(user: MachineUser, folder: string) {
    this.#child = spawn('/bin/sh', ['-c', SCRIPT, 'rollbook-database-watchdog', folder], {
      ...user,
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    // Without it the database works as well.
    this.#child.on('error', () => {});
    this.#child.stdin?.on('error', () => {});
    this.#child.unref();
  }

  /** The sandbox has stopped its server. */
  dismiss(): void {
    this.#child.stdin?.end('stopped\n');
  }
}
