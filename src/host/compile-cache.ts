import { getCompileCacheDir } from 'node:module';
import path from 'node:path';

/**
 * For the environment of a process of ours: it takes its code compiled from where this one does. The directory that
 * Node names holds the version; it adds that itself.
 */
export function compileCache(): Record<string, string> {
  const directory = getCompileCacheDir();
  return directory === undefined ? {} : { NODE_COMPILE_CACHE: path.dirname(directory) };
}
