import { z } from 'zod';
import { codeSourcesField } from '../gitlab/code-source.ts';
import { compareIn } from '../gitlab/comparing.ts';
import { shortSha } from '../gitlab/place.ts';
import { readingPlan } from '../reading-plan.ts';
import { defineKind } from '../step-kind.ts';
import { type Assessment, assess } from './assessment.ts';

const data = z.object({ sources: z.array(z.string()), from: z.string(), to: z.string() });

/** Whether the database lets KAS go back from one version to an older one. */
export const migrations = defineKind({
  kind: 'kas/migrations',
  description:
    'Finds the database migrations between two versions of KAS Fleet Manager, wherever they are kept, and says whether rolling back is supported: yes, no or unknown.',
  schema: z.strictObject({
    code: codeSourcesField,
    from: z.string().min(1).describe('The version to go back to.'),
    to: z.string().min(1).describe('The version that runs.'),
  }),
  risk: 'safe',
  outputs: {
    support: '"yes", "no" or "unknown"; never "yes" when the comparison is not complete.',
    because: 'Why, a sentence.',
    migrations: 'Each migration, the worst first: path, status, severity, why, body.',
    paths: 'Their paths.',
    serviceTemplate: "Whether the service's template changed: the old one is deployed too.",
    openApi: 'Whether the API changed: what only the newer one has goes away.',
    complete: 'Whether the comparison was complete.',
  },
  window: { forMs: 0, withinMs: 120_000, everyMs: 5_000 },
  describe: ({ from, to }) => `Look for migrations between ${shortSha(from)} and ${shortSha(to)}`,
  plan: async ({ code, from, to }) =>
    readingPlan(`look for migrations between ${shortSha(from)} and ${shortSha(to)}`, {
      sources: [code].flat(),
      from,
      to,
    }),
  observe: async (plan, context) => {
    const { sources, from, to } = data.parse(plan.data);
    const { comparison, history, problems } = await compareIn(sources, from, to, context);
    const found = await assess(comparison, history, { signal: context.signal });
    const count = found.migrations.length;
    return {
      holds: true,
      summary: `${found.support}, ${count === 1 ? '1 migration' : `${count} migrations`}`,
      evidence: [`rollback supported: ${found.support}. ${found.because}`, ...problems, ...evidenceOf(found)],
      outputs: {
        support: found.support,
        because: found.because,
        migrations: found.migrations.map((migration) => ({ ...migration })),
        paths: found.migrations.map(({ path }) => path),
        serviceTemplate: found.serviceTemplate,
        openApi: found.openApi,
        complete: comparison?.complete ?? false,
      },
    };
  },
});

function evidenceOf({ migrations: found, serviceTemplate, openApi }: Assessment): readonly string[] {
  return [
    ...found.flatMap(({ path, status, severity, why, body }) => [
      `${severity}: ${path} (${status}) ${why}`,
      ...body
        .trimEnd()
        .split('\n')
        .map((line) => `    ${line.replaceAll('\t', '  ')}`),
    ]),
    ...(serviceTemplate
      ? ['attention: templates/service-template.yml changed; the old one is deployed too']
      : []),
    ...(openApi ? ['attention: the API changed; what only the newer one offers goes away'] : []),
  ];
}
