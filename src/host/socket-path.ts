import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import path from 'node:path';

/** sockaddr_un holds 104 bytes on some systems, with the zero at the end. */
const LONGEST_BYTES = 100;

export interface SocketPlaces {
  /** XDG_RUNTIME_DIR, when it is set. */
  readonly runtimeDir: string | undefined;
  readonly tmpDir: string;
  readonly uid: number;
}

/** In the session's folder where the system allows a path so long, else in a private folder with a short one. */
export function socketPath(folder: string, places: SocketPlaces): string {
  const beside = path.join(folder, 'host.sock');
  if (Buffer.byteLength(beside) <= LONGEST_BYTES) return beside;
  const name = `${createHash('sha256').update(path.resolve(folder)).digest('hex').slice(0, 16)}.sock`;
  const candidates = [
    ...(places.runtimeDir ? [path.join(places.runtimeDir, 'rollbook')] : []),
    path.join(places.tmpDir, `rollbook-${places.uid}`),
    path.join('/tmp', `rollbook-${places.uid}`),
  ];
  const short = candidates.find((base) => Buffer.byteLength(path.join(base, name)) <= LONGEST_BYTES);
  if (short === undefined) throw new Error(`No path is short enough for the socket of ${folder}`);
  makePrivate(short, places.uid);
  return path.join(short, name);
}

/** In a shared temporary folder someone else may have been there first. */
function makePrivate(folder: string, uid: number): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { mode, uid: owner } = lstatSync(folder);
  const isFolder = (mode & 0o170000) === 0o040000;
  if (!isFolder || owner !== uid || (mode & 0o077) !== 0)
    throw new Error(
      `${folder} is to hold the session's socket, but is not a folder of yours with mode 0700. Remove it, or set XDG_RUNTIME_DIR.`,
    );
}
