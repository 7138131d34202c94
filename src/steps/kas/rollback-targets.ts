import { z } from 'zod';
import { codeSourcesField } from '../gitlab/code-source.ts';
import { compareIn } from '../gitlab/comparing.ts';
import { gitlabOf, projectField, shortSha } from '../gitlab/place.ts';
import { readingPlan } from '../reading-plan.ts';
import { defineKind, type PlanContext } from '../step-kind.ts';
import { type Assessment, assess } from './assessment.ts';

const promotion = z.object({
  commit: z.string().describe('The commit that promoted it.'),
  title: z.string().describe('The title of that commit.'),
  ref: z.string().describe('The version.'),
  author: z.string().describe('Who promoted it.'),
  date: z.string().describe('When.'),
  ran: z.string().describe('For how long it was current, in words.'),
  rolledBack: z.boolean().describe('Whether it ended by being taken back.'),
});
type Promotion = z.infer<typeof promotion>;

const data = z.object({
  project: z.union([z.string(), z.number()]),
  sources: z.array(z.string()),
  promotions: z.array(promotion),
  most: z.number(),
});

/** Every version that could be gone back to, each with what going there would mean. */
export const rollbackTargets = defineKind({
  kind: 'kas/rollback-targets',
  description:
    'Lists the earlier versions that a KAS Fleet Manager deployment can go back to, with date, author, merge request, the migrations crossed and how long each was current.',
  schema: z.strictObject({
    project: projectField,
    code: codeSourcesField,
    promotions: z
      .array(z.looseObject(promotion.shape))
      .describe('The promotions as gitlab/find-promotion lists them, the current one first.'),
    most: z.int().min(1).max(20).default(4).describe('How many earlier versions to look at, at most.'),
  }),
  risk: 'safe',
  outputs: {
    targets:
      'Each earlier version, the nearest first: ref, commits (the promotions to take back, newest first), date, author, iid, support, because, paths, rolledBack.',
    choices: 'The same as the options of a decision: value (the ref), label, description.',
    nearest: 'The nearest version that was not taken back itself; null when there is none.',
  },
  window: { forMs: 0, withinMs: 180_000, everyMs: 5_000 },
  describe: () => 'Look at the versions to go back to',
  plan: async ({ project, code, promotions, most }) =>
    readingPlan(`assess up to ${most} earlier versions`, {
      project,
      sources: [code].flat(),
      promotions: promotions.map((one) => promotion.parse(one)),
      most,
    }),
  observe: async (plan, context) => {
    const { project, sources, promotions, most } = data.parse(plan.data);
    const [current, ...rest] = promotions;
    const earlier = firstOfEach(rest, current?.ref).slice(0, most);
    const targets = await Promise.all(
      earlier.map(async (one) => {
        const iid = await numberOf(project, one.commit, context);
        const { comparison, history } = await compareIn(sources, one.ref, current?.ref ?? '', context);
        const found = await assess(comparison, history, { signal: context.signal });
        return {
          one,
          iid,
          found,
          commits: promotions.slice(0, promotions.indexOf(one)).map(({ commit }) => commit),
        };
      }),
    );
    const nearest = targets.find(({ one }) => !one.rolledBack);
    return {
      holds: true,
      summary: `${targets.length} versions`,
      evidence: targets.map(({ one, iid, found }) => `${labelOf(one, iid, found)}; ${detailsOf(one, found)}`),
      outputs: {
        targets: targets.map(({ one, iid, found, commits }) => ({
          ref: one.ref,
          commits,
          date: one.date,
          author: one.author,
          ran: one.ran,
          rolledBack: one.rolledBack,
          iid,
          support: found.support,
          because: found.because,
          paths: found.migrations.map(({ path }) => path),
        })),
        choices: targets.map(({ one, iid, found }) => ({
          value: one.ref,
          label: labelOf(one, iid, found),
          description: detailsOf(one, found),
        })),
        nearest: nearest?.one.ref ?? null,
      },
    };
  },
});

/** A version may have been current more than once; its last time counts. */
function firstOfEach(promotions: readonly Promotion[], current: string | undefined): readonly Promotion[] {
  const seen = new Set([current]);
  return promotions.filter(({ ref }) => !seen.has(ref) && seen.add(ref));
}

/** Short enough for a narrow screen. */
function labelOf({ ref, date }: Promotion, iid: number | null, { support }: Assessment): string {
  const by = iid === null ? '' : `, !${iid}`;
  return `Back to ${shortSha(ref)} (${date.slice(0, 10)}${by}), rollback supported: ${support}`;
}

function detailsOf({ author, ran, rolledBack }: Promotion, { migrations, because }: Assessment): string {
  const crossed = migrations.length;
  const told = [
    `by ${author}`,
    `current for ${ran}`,
    ...(rolledBack ? ['taken back itself'] : []),
    crossed === 1 ? '1 migration crossed' : `${crossed} migrations crossed`,
  ];
  return `${told.join(', ')}. ${because}`;
}

async function numberOf(
  project: string | number,
  commit: string,
  context: PlanContext,
): Promise<number | null> {
  const { gitlab, options } = await gitlabOf(context);
  const found = await gitlab.mergeRequestsOf(project, commit, options);
  return found.find(({ state }) => state === 'merged')?.iid ?? null;
}
