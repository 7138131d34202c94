import { existsSync } from 'node:fs';
import path from 'node:path';

/** The folder of rollbook's own package: runbooks/ and dist/ are in it, wherever this module was bundled to. */
export function packageRoot(from: string = import.meta.dirname): string {
  for (let folder = from; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'package.json')) && existsSync(path.join(folder, 'runbooks')))
      return folder;
    if (folder === path.dirname(folder)) throw new Error(`rollbook's own files are not above ${from}`);
  }
}
