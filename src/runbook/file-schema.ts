import { z } from 'zod';
import { DURATION_PATTERN } from '../prose/duration.ts';

/** Kebab-case, as ids of steps, sections, inputs and vars are written. */
const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const OUTPUT = /^[A-Za-z][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*$/;
const RUNBOOK_ID = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\/[a-z0-9]+(?:-[a-z0-9]+)*)*$/;

const name = z
  .string()
  .max(80, 'a name has at most 80 characters')
  .regex(NAME, 'expected a name in lower case with hyphens: "switch-frontend"');
const outputName = z
  .string()
  .max(80, 'a name has at most 80 characters')
  .regex(OUTPUT, 'expected a name: letters, digits, "-" and "_", a letter first');
const duration = z.string().regex(DURATION_PATTERN, 'expected a duration such as 10s, 2m, 1h30m or 500ms');
const durationOrTemplate = z
  .string()
  .regex(
    new RegExp(`${DURATION_PATTERN.source}|\\$\\{\\{`),
    'expected a duration such as 10s, 2m, 1h30m or 500ms, or an expression',
  );
const text = z.string().min(1, 'expected some text');
const expression = z.string().min(1, 'expected an expression');

const choicesFrom = z.strictObject({
  uses: z.string().describe('A kind of step that only reads.'),
  with: z.record(z.string(), z.unknown()).optional().describe('Its parameters.'),
  value: expression.describe('Over result; yields the list of choices.'),
});

const input = z.strictObject({
  type: z
    .enum(['string', 'number', 'boolean', 'choice', 'list', 'secret', 'duration'])
    .describe('What kind of value it is.'),
  description: text.optional().describe('What it is for; shown where it is asked.'),
  default: z.unknown().optional().describe('The value when none is given.'),
  required: z.boolean().optional().describe('Whether it must be given; true when there is no default.'),
  pattern: text.optional().describe('A regular expression that must match the whole value.'),
  choices: z
    .array(z.string())
    .min(1, 'expected at least one choice')
    .optional()
    .describe('What may be chosen.'),
  'choices-from': choicesFrom.optional().describe('Choices read from the world when the session starts.'),
});

const limit = z
  .union([z.number(), z.string().regex(/\$\{\{/, 'expected a number, or an expression')], {
    error: 'expected a number, or an expression',
  })
  .optional();
const lookBack = duration.optional().describe('How far back its line begins; 10m when absent.');

const above = {
  'warn-above': limit.describe('A warning above this.'),
  'critical-above': limit.describe(
    'Critical above this: said on every screen, and written into the journal.',
  ),
};

const metric = z.strictObject({
  title: text.describe('Shown beside the line.'),
  query: text.describe('PromQL that yields one number.'),
  unit: z.enum(['percent', 'seconds', 'count']).optional().describe('How the number is written.'),
  since: lookBack,
  ...above,
  'warn-below': limit.describe('A warning below this.'),
  'critical-below': limit.describe('Critical below this.'),
});

const logSearch = z.strictObject({
  title: text.describe('Shown beside the line.'),
  index: text.describe('Index, data stream or pattern: "logs-*".'),
  query: text.describe(
    'Which lines are counted and shown, in the syntax of Lucene, as in the search bar of Kibana.',
  ),
  'time-field': text.optional().describe('The time of a line; "@timestamp" when absent.'),
  since: lookBack,
  ...above,
});

const link = z.strictObject({
  title: text.describe('What is found there.'),
  url: z
    .string()
    .regex(
      /^(?:https?:\/\/|\{(?:grafana|kibana)\}|\$\{\{)/,
      'expected an address that begins with https://, {grafana} or {kibana}',
    )
    .describe(
      'Its address; {grafana}, {kibana}, {namespace}, {context}, {from} and {from-iso} are filled in.',
    ),
});

/** A title names its figure in alarms, and a warning that comes after the alarm warns of nothing. */
function figures<Figure extends z.ZodType<WatchedFigure>>(figure: Figure) {
  return z.array(figure).check(({ value, issues }) => {
    const report = (place: number, key: string, message: string) =>
      issues.push({ code: 'custom', message, path: [place, key], input: value });
    for (const [place, one] of value.entries()) {
      if (value.findIndex(({ title }) => title === one.title) < place)
        report(place, 'title', `another one is called "${one.title}", too`);
      const { 'warn-above': warnAbove, 'critical-above': above } = one;
      const { 'warn-below': warnBelow, 'critical-below': below } = one;
      if (isMore(warnAbove, above))
        report(place, 'warn-above', `expected at most ${above}, where it is critical`);
      if (isMore(below, warnBelow))
        report(place, 'warn-below', `expected at least ${below}, where it is critical`);
    }
  });
}

type FileLimit = number | string | undefined;

interface WatchedFigure {
  readonly title: string;
  readonly 'warn-above'?: FileLimit;
  readonly 'critical-above'?: FileLimit;
  readonly 'warn-below'?: FileLimit;
  readonly 'critical-below'?: FileLimit;
}

function isMore(one: FileLimit, other: FileLimit): boolean {
  return typeof one === 'number' && typeof other === 'number' && one > other;
}

const watch = z.strictObject({
  pods: text.optional().describe('Label selector of the pods to show.'),
  deployments: z.array(text).optional().describe('Names of the Deployments to show.'),
  services: z.array(text).optional().describe('Names of the Services whose endpoints to show.'),
  events: z.boolean().optional().describe('Whether to show events.'),
  metrics: figures(metric).optional().describe('Figures to draw, from Prometheus.'),
  logs: figures(logSearch).optional().describe('Log lines to count and show, from Elasticsearch.'),
  links: z.array(link).optional().describe('Dashboards, a key away.'),
});

const verify = z.strictObject({
  expect: expression
    .optional()
    .describe('A condition over result; without it, what the kind itself expects.'),
  for: durationOrTemplate.optional().describe('How long it must hold without a break.'),
  within: durationOrTemplate.optional().describe('How long to wait for it at most.'),
  every: durationOrTemplate.optional().describe('How often to look.'),
  says: text.optional().describe('What is expected, in words, for the screen.'),
});

const onFailure = z.union(
  [
    z.enum(['ask', 'stop', 'continue']),
    z.strictObject({ undo: z.array(name).min(1) }),
    z.strictObject({ 'go-to': name }),
  ],
  { error: 'expected ask, stop, continue, { undo: [step, …] } or { go-to: section }' },
);

export const fileStep = z.strictObject({
  id: name.describe('Names the step in expressions, flags and the journal; unique, and best never changed.'),
  title: text.describe('What the step does, in the words of the operator.'),
  description: text.optional().describe('What the operator should know.'),
  if: expression.optional().describe('A condition; the step is skipped when it is false.'),
  uses: z.string().describe('The kind of step.'),
  with: z.unknown().optional().describe('The parameters of the kind.'),
  outputs: z.record(outputName, expression).optional().describe('Named values for later steps, over result.'),
  risk: z.enum(['safe', 'change', 'dangerous']).optional().describe("Raises the kind's own risk."),
  'for-each': z
    .union([expression, z.array(z.unknown())], { error: 'expected a list, or an expression that yields one' })
    .optional()
    .describe('Runs the step once for each item, as each and index.'),
  retry: z
    .strictObject({
      attempts: z.int().min(1).max(100).describe('Attempts in all, the first included.'),
      backoff: duration.optional().describe('The wait before the next attempt; 1s when absent.'),
    })
    .optional()
    .describe('Tries a failed step again before it counts as failed.'),
  timeout: duration.optional().describe('How long it may run.'),
  verify: verify.optional().describe('What must be observed afterwards, and for how long.'),
  'on-failure': onFailure.optional().describe('What happens when it fails; ask when absent.'),
  expected: duration.optional().describe('How long it usually takes.'),
});

const section = z.strictObject({
  id: name.optional().describe('Names the section for go-to; made from the title when absent.'),
  title: text.describe('The heading.'),
  description: text.optional().describe('What the operator should know.'),
  if: expression.optional().describe('A condition; all steps of the section are skipped when it is false.'),
  steps: z.array(fileStep).min(1, 'expected at least one step'),
});

/** The shape of a runbook file, as it is written: parser, JSON Schema and editors read it from here. */
export const runbookFile = z.strictObject({
  apiVersion: z.literal('rollbook/v1').describe('The version of this format.'),
  id: z
    .string()
    .max(120)
    .regex(RUNBOOK_ID, 'expected an id in lower case: "banking-app/application-rollback"')
    .describe('Names the runbook on the command line; unique, and best never changed.'),
  title: text.describe('What the runbook is for.'),
  description: text.optional().describe('When to use it.'),
  source: text.optional().describe('The written procedure that it follows.'),
  inputs: z.record(name, input).optional().describe('What is asked, or given with -i, before it starts.'),
  vars: z.record(name, z.unknown()).optional().describe('Named values, evaluated when they are used.'),
  kubernetes: z
    .strictObject({
      context: text.optional().describe('The context of the kubeconfig.'),
      namespace: text.optional().describe('The namespace of the session.'),
    })
    .optional()
    .describe('Where the session works.'),
  watch: watch.optional().describe('What is shown live beside the steps.'),
  sections: z
    .array(section)
    .min(1, 'expected at least one section')
    .optional()
    .describe('The steps, under headings.'),
  steps: z
    .array(fileStep)
    .min(1, 'expected at least one step')
    .optional()
    .describe('The steps of a short runbook, without headings.'),
  outputs: z
    .record(outputName, z.unknown())
    .optional()
    .describe('Named values for a runbook that calls this one.'),
});

export type RunbookFile = z.infer<typeof runbookFile>;
export type FileStep = z.infer<typeof fileStep>;
export type FileInput = z.infer<typeof input>;

/** The parameters of `uses: runbook`. */
export const callParameters = z.strictObject({
  runbook: text.describe('The id of the runbook, or its file, relative to this one.'),
  inputs: z.record(z.string(), z.unknown()).optional().describe('Values for its inputs, by name.'),
});
