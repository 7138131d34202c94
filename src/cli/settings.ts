import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { CommandFailure, EXIT } from './exit-code.ts';

const prometheus = z.strictObject({ url: z.url() });

const settingsSchema = z.strictObject({
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
  return { ...user, ...project, contexts: { ...user.contexts, ...project.contexts } };
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
    return settingsSchema.parse(parse(text) ?? {});
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new CommandFailure(`${file} is not as expected:\n${why}`, EXIT.usage);
  }
}
