import { parse } from 'yaml';
import { z } from 'zod';
import { CommandFailure, EXIT } from './exit-code.ts';

const server = z.strictObject({ url: z.url() });

const token = {
  'token-file': z.string().min(1).optional(),
  /** Program and arguments; what it prints is the token. */
  'token-command': z.array(z.string()).min(1).optional(),
};

/** Where a session looks while it goes on; for all contexts, or for one of them. */
const monitoring = {
  prometheus: z.strictObject({ url: z.url(), ...token }).optional(),
  elasticsearch: z
    .strictObject({
      url: z.url().optional(),
      ...token,
      /** What the token is; with a username, it is that user's password. */
      'token-type': z.enum(['api-key', 'bearer']).optional(),
      username: z.string().min(1).optional(),
      'ca-file': z.string().min(1).optional(),
    })
    .optional(),
  /** Addresses that the links of runbooks begin with. */
  grafana: server.optional(),
  kibana: server.optional(),
  /** Shown beside those of every runbook. */
  links: z.array(z.strictObject({ title: z.string().min(1), url: z.string().min(1) })).optional(),
};

const webhook = {
  'webhook-file': z.string().min(1).optional(),
  /** Program and arguments; what it prints is the webhook's address. */
  'webhook-command': z.array(z.string()).min(1).optional(),
};

const settingsSchema = z.strictObject({
  ...monitoring,
  gitlab: z
    .strictObject({ host: z.string().min(1).optional(), 'ca-file': z.string().min(1).optional(), ...token })
    .optional(),
  /** `url`: of the API. */
  github: z.strictObject({ url: z.url().optional(), ...token }).optional(),
  /** `repository`: folder of the one that holds the manifests. */
  git: z.strictObject({ repository: z.string().min(1).optional() }).optional(),
  /** A bot's token, with the channel it posts to, or an incoming webhook. `url`: of the Web API. */
  slack: z
    .strictObject({ channel: z.string().min(1).optional(), url: z.url().optional(), ...token, ...webhook })
    .optional(),
  /** A workflow that posts to a channel or chat when a webhook request is received. */
  teams: z.strictObject(webhook).optional(),
  /** `page`: its id; `url`: of the API. */
  statuspage: z
    .strictObject({ page: z.string().min(1).optional(), url: z.url().optional(), ...token })
    .optional(),
  /** By kubeconfig context. */
  contexts: z
    .record(z.string(), z.strictObject({ production: z.boolean().default(false), ...monitoring }))
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
