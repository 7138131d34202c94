import { lstatSync, mkdirSync, readlinkSync } from 'node:fs';
import { posix } from 'node:path';
import type { ContainerFiles } from './program.ts';

/** A folder of the container, and where it is kept on this machine. */
interface Place {
  readonly path: string;
  readonly folder: string;
}

/** Everything that a container starts with, besides what its image brings. */
const FIRST_FOLDERS = ['etc', 'home', 'root', 'tmp', 'var'];

/** A path that leads through more links goes round in a circle. */
const MAX_LINKS = 40;

/** The files of one container in a folder of this machine, and its volumes in theirs. */
export class FolderFiles implements ContainerFiles {
  readonly folder: string;
  /** Deepest first: the volume of a path is the nearest one above it. */
  readonly volumes: readonly Place[];

  constructor(folder: string, volumes: Readonly<Record<string, string>>) {
    this.folder = folder;
    this.volumes = Object.entries(volumes)
      .map(([path, real]) => ({ path: posix.normalize(path), folder: real }))
      .sort((a, b) => b.path.length - a.path.length);
    for (const name of FIRST_FOLDERS) mkdirSync(posix.join(folder, name), { recursive: true });
  }

  /** Links are followed as in a container: `..` never leads above its root, and an absolute one begins there. */
  real(path: string): string {
    const left = namesIn(path);
    let done: string[] = [];
    for (let links = 0; left.length > 0; ) {
      const name = left.shift();
      if (name === undefined) break;
      if (name === '..') {
        done = done.slice(0, -1);
        continue;
      }
      const target = links < MAX_LINKS ? linkTarget(this.#place([...done, name])) : undefined;
      if (target === undefined) {
        done.push(name);
        continue;
      }
      links += 1;
      left.unshift(...namesIn(target));
      if (target.startsWith('/')) done = [];
    }
    return this.#place(done);
  }

  virtual(text: string): string {
    const places = [...this.volumes, { path: '', folder: this.folder }];
    return places.reduce((told, { path, folder }) => told.replaceAll(folder, path), text);
  }

  #place(names: readonly string[]): string {
    const inside = `/${names.join('/')}`;
    const volume = this.volumes.find((place) => inside === place.path || inside.startsWith(`${place.path}/`));
    return volume === undefined
      ? posix.join(this.folder, inside)
      : posix.join(volume.folder, inside.slice(volume.path.length));
  }
}

function namesIn(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

function linkTarget(place: string): string | undefined {
  try {
    return lstatSync(place).isSymbolicLink() ? readlinkSync(place) : undefined;
  } catch {
    return undefined;
  }
}
