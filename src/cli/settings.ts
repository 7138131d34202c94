import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { CommandFailure, EXIT } from './exit-code.ts';
import type { Settings } from './settings-file.ts';

export type { Settings } from './settings-file.ts';

const FILE = 'rollbook.yaml';
export const NO_SETTINGS: Settings = { contexts: {} };

/** The project's rollbook.yaml over the user's; a missing file is an empty one, and costs no parser. */
export async function readSettings(cwd: string, env: NodeJS.ProcessEnv): Promise<Settings> {
  const config = env.XDG_CONFIG_HOME || path.join(homedir(), '.config');
  const user = await readSettingsFile(path.join(config, 'rollbook', FILE));
  const project = await readSettingsFile(path.join(cwd, FILE));
  return { ...merged(user, project), contexts: { ...user.contexts, ...project.contexts } };
}

/** Section by section, and within each key by key. */
function merged(user: Settings, project: Settings): Settings {
  const sections = Object.entries(project).map(([name, section]) => [
    name,
    Array.isArray(section) ? section : { ...user[name as keyof Settings], ...section },
  ]);
  return { ...user, ...Object.fromEntries(sections) };
}

async function readSettingsFile(file: string): Promise<Settings> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NO_SETTINGS;
    throw new CommandFailure(`${file} cannot be read: ${(error as Error).message}.`, EXIT.usage);
  }
  return located((await import('./settings-file.ts')).parseSettings(text, file), path.dirname(file));
}

/** Files are named from where rollbook.yaml is, not from where the command runs. */
function located(settings: Settings, folder: string): Settings {
  const at = (file: string) => path.resolve(folder, file.replace(/^~(?=\/)/, homedir()));
  const withFiles = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        key.endsWith('-file') || key === 'repository' ? at(String(inner)) : withFiles(inner),
      ]),
    );
  };
  return withFiles(settings) as Settings;
}
