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

/** Reads the text of a rollbook.yaml; `file` names it in problems. */
export function parseSettings(text: string, file: string): Settings {
  try {
    return settingsSchema.parse(parse(text) ?? {});
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new CommandFailure(`${file} is not as expected:\n${why}`, EXIT.usage);
  }
}
