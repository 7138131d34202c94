import { readdirSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface VolumeSpace {
  /** Bytes. */
  readonly size: number;
  readonly used: number;
  readonly free: number;
}

/** The volume of /backup: as large as the machine's disk, or as a world says. */
export class BackupVolume {
  readonly folder: string;
  readonly #size: number | undefined;

  /** `free` is what is left on it now, in bytes. */
  constructor(folder: string, free: number | undefined) {
    this.folder = folder;
    this.#size = free === undefined ? undefined : this.#used() + free;
  }

  /** Whether less can be written than the disk of this machine has room for. */
  get bounded(): boolean {
    return this.#size !== undefined;
  }

  space(): VolumeSpace {
    const used = this.#used();
    if (this.#size !== undefined) return { size: this.#size, used, free: Math.max(0, this.#size - used) };
    const { bsize, bavail } = statfsSync(this.folder);
    const free = bsize * bavail;
    return { size: used + free, used, free };
  }

  #used(): number {
    return readdirSync(this.folder, { recursive: true })
      .map((name) => statSync(join(this.folder, String(name)), { throwIfNoEntry: false })?.size ?? 0)
      .reduce((sum, size) => sum + size, 0);
  }
}
