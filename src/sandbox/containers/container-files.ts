import { mkdirSync } from 'node:fs';
import { posix } from 'node:path';
import type { ContainerFiles } from './program.ts';

/** A folder of the container, and where it is kept on this machine. */
interface Place {
  readonly path: string;
  readonly folder: string;
}

/** Everything that a container starts with, besides what its image brings. */
const FIRST_FOLDERS = ['etc', 'home', 'root', 'tmp', 'var'];

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

  real(path: string): string {
    // Of an absolute path, `..` never leads above '/'.
    const inside = posix.resolve('/', path);
    const volume = this.volumes.find((place) => inside === place.path || inside.startsWith(`${place.path}/`));
    return volume === undefined
      ? posix.join(this.folder, inside)
      : posix.join(volume.folder, inside.slice(volume.path.length));
  }

  virtual(text: string): string {
    const places = [...this.volumes, { path: '', folder: this.folder }];
    return places.reduce((told, { path, folder }) => told.replaceAll(folder, path), text);
  }
}
