import { posix } from 'node:path';
import type { Program, Programs } from './program.ts';

const FOLDERS: ReadonlySet<string> = new Set([
  '/bin',
  '/sbin',
  '/usr/bin',
  '/usr/sbin',
  '/usr/local/bin',
  '/usr/local/sbin',
]);

/** The program that a name or a path starts; undefined when there is none. */
export function startable(programs: Programs, name: string): Program | undefined {
  const base = posix.basename(name);
  if (name.includes('/') && !FOLDERS.has(posix.dirname(name))) return undefined;
  return Object.hasOwn(programs, base) ? programs[base] : undefined;
}
