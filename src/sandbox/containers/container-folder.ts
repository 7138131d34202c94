import { lstatSync, mkdirSync, readlinkSync, rmSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { ContainerFiles } from './program.ts';

/** A path may lead through so many links; more are a circle. */
const MAX_LINKS = 40;
/** What every image has. */
const FOLDERS = ['bin', 'etc', 'home', 'proc', 'root', 'tmp', 'usr/bin', 'usr/local/bin', 'var/log'];

/** A container's tree in a folder of this machine, and the volumes mounted in it. */
export class ContainerFolder implements ContainerFiles {
  readonly #root: string;
  /** Longest mount point first. */
  readonly #volumes: readonly (readonly [mount: string, folder: string])[];

  constructor(root: string, volumes: Readonly<Record<string, string>> = {}) {
    this.#root = root;
    this.#volumes = Object.entries(volumes).sort(([a], [b]) => b.length - a.length);
    for (const folder of FOLDERS) mkdirSync(join(root, folder), { recursive: true });
    // seen by ls, and covered by the volume
    for (const [mount] of this.#volumes) mkdirSync(join(root, mount), { recursive: true });
  }

  /** Links are followed as in a container: an absolute one begins at its root. */
  real(path: string): string {
    const left = parts(path);
    let done: string[] = [];
    for (let links = 0; left.length > 0; ) {
      const name = left.shift() ?? '';
      if (name === '..') {
        done = done.slice(0, -1);
        continue;
      }
      const target = linkTarget(this.#place([...done, name]));
      if (target === undefined || links >= MAX_LINKS) {
        done.push(name);
        continue;
      }
      links += 1;
      left.unshift(...parts(target));
      if (target.startsWith('/')) done = [];
    }
    return this.#place(done);
  }

  virtual(text: string): string {
    let told = text;
    for (const [mount, folder] of this.#volumes) told = told.replaceAll(folder, mount);
    return told.replaceAll(`${this.#root}/`, '/').replaceAll(this.#root, '/');
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }

  #place(names: readonly string[]): string {
    const path = `/${names.join('/')}`;
    const volume = this.#volumes.find(([mount]) => path === mount || path.startsWith(`${mount}/`));
    return volume === undefined ? join(this.#root, path) : join(volume[1], path.slice(volume[0].length));
  }
}

function parts(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

function linkTarget(place: string): string | undefined {
  try {
    return lstatSync(place).isSymbolicLink() ? readlinkSync(place) : undefined;
  } catch {
    return undefined;
  }
}

/** An absolute path in the container, from what a program was given. */
export function absolute(cwd: string, path: string): string {
  return posix.resolve('/', cwd, path);
}
