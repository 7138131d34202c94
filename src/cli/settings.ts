import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { CommandFailure, EXIT } from './exit-code.ts';

const prometheus = z.strictObject({ url: z.url() });

const token = {
  'token-file': z.string().min(1).optional(),
  /** Program and arguments; what it prints is the token. */
  'token-command': z.array(z.string()).min(1).optional(),
};

const settingsSchema = z.strictObject({
  gitlab: z
    .strictObject({ host: z.string().min(1).optional(), 'ca-file': z.string().min(1).optional(), ...token })
    .optional(),
  /** `url`: of the API. */
  github: z.strictObject({ url: z.url().optional(), ...token }).optional(),
  prometheus: prometheus.optional(),
  /** By kubeconfig context. */
  contexts: z
    .record(
      z.string(),
      z.strictObject({ production: z.boolean().default(false), prometheus: prometheus.optional() }),
    )
    .default({}),
});

export type Settings = z.output<typeof settingsSchema>;

const FILE = 'rollbook.yaml';

/** The project's rollbook.yaml over the user's; a missing file is an empty one. */
export function readSettings(cwd: string, env: NodeJS.ProcessEnv): Settings {
  const config = env.XDG_CONFIG_HOME || path.join(homedir(), '.config');
  const user = readSettingsFile(path.join(config, 'rollbook', FILE));
  const project = readSettingsFile(path.join(cwd, FILE));
  return {
    ...user,
    ...project,
    ...(user.gitlab || project.gitlab ? { gitlab: { ...user.gitlab, ...project.gitlab } } : {}),
    ...(user.github || project.github ? { github: { ...user.github, ...project.github } } : {}),
    contexts: { ...user.contexts, ...project.contexts },
  };
}

function readSettingsFile(file: string): Settings {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return settingsSchema.parse({});
    throw new CommandFailure(`${file} cannot be read: ${(error as Error).message}.`, EXIT.usage);
  }
  try {
    return located(settingsSchema.parse(parse(text) ?? {}), path.dirname(file));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new CommandFailure(`${file} is not as expected:\n${why}`, EXIT.usage);
  }
}

/** Files are named from where rollbook.yaml is, not from where the command runs. */
function located(settings: Settings, folder: string): Settings {
  const { gitlab, github } = settings;
  const at = (file: string) => path.resolve(folder, file.replace(/^~(?=\/)/, homedir()));
  const withFiles = <T extends object>(host: T): T =>
    Object.fromEntries(
      Object.entries(host).map(([key, value]) => [key, key.endsWith('-file') ? at(String(value)) : value]),
    ) as T;
  return {
    ...settings,
    ...(gitlab === undefined ? {} : { gitlab: withFiles(gitlab) }),
    ...(github === undefined ? {} : { github: withFiles(github) }),
  };
}
