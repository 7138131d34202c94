import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import type { Json } from '../../ports/json.ts';
import { jsonField } from '../fields.ts';
import { readingPlan } from '../reading-plan.ts';
import { defineKind, StepFailure } from '../step-kind.ts';
import { escalationSteps } from './escalation.ts';
import { gitlabOf, pathField, projectField } from './place.ts';

const TEXT_KEPT = 65_536;
const LINES_AS_EVIDENCE = 40;

const data = z.object({ project: z.union([z.string(), z.number()]), path: z.string(), ref: z.string() });

/** A file of a project, as text and, where it is YAML, as values. */
export const readFile = defineKind({
  kind: 'gitlab/read-file',
  description:
    'Reads a file of a GitLab project; of an escalation policy it tells whom to reach, how and in which order.',
  schema: z.strictObject({
    project: projectField,
    path: pathField.describe('The file.'),
    ref: z.string().min(1).optional().describe('A branch, tag or commit; the default branch when absent.'),
  }),
  risk: 'safe',
  outputs: {
    text: 'Its text, the first 64 KiB.',
    value: 'What it holds, where it is YAML or JSON; null otherwise.',
    contacts: 'Of an escalation policy: whom to reach, in order; otherwise empty.',
    url: 'Its page.',
  },
  window: { forMs: 0, withinMs: 30_000, everyMs: 3_000 },
  describe: ({ path }) => `Read ${path}`,
  plan: async ({ project, path, ref }, context) => {
    const { gitlab, options } = await gitlabOf(context);
    const branch = ref ?? (await gitlab.project(project, options)).defaultBranch;
    return readingPlan(
      `read ${path} of ${project} at ${branch}`,
      { project, path, ref: branch },
      [],
      [`asks ${gitlab.url}`],
    );
  },
  observe: async (plan, context) => {
    const { project, path, ref } = data.parse(plan.data);
    const { gitlab, options } = await gitlabOf(context);
    const [text, { webUrl }] = await Promise.all([
      gitlab.file(project, path, ref, options),
      gitlab.project(project, options),
    ]);
    const value = parsedValue(text, path);
    const contacts = escalationSteps(value);
    const lines = text.trimEnd().split('\n');
    return {
      holds: true,
      summary: contacts.length === 0 ? `${lines.length} lines` : (contacts[0] ?? ''),
      evidence: contacts.length > 0 ? contacts : lines.slice(0, LINES_AS_EVIDENCE),
      outputs: {
        text: text.slice(0, TEXT_KEPT),
        value,
        contacts,
        url: `${webUrl}/-/blob/${ref}/${path}`,
      },
    };
  },
});

function parsedValue(text: string, path: string): Json {
  if (!/\.(ya?ml|json)$/.test(path)) return null;
  try {
    return jsonField.parse(parse(text) ?? null);
  } catch (error) {
    if (!(error instanceof YAMLParseError || error instanceof z.ZodError)) throw error;
    throw new StepFailure(`${path} is not YAML: ${error.message.split('\n')[0]}`, {
      next: 'Look at the file in the browser.',
    });
  }
}
