import { z } from 'zod';
import { readingPlan } from '../reading-plan.ts';
import { defineKind, StepFailure } from '../step-kind.ts';
import { gitlabOf, pathField, projectField, shortSha } from './place.ts';
import { type Promotion, promotionsOf } from './promotions.ts';
import { isMutableRef, saasTarget } from './saas-file.ts';

const REVERT = /^revert\b/i;

const data = z.object({
  project: z.union([z.string(), z.number()]),
  file: z.string(),
  target: z.string(),
  branch: z.string(),
  wanted: z.number(),
  limit: z.number(),
});

/** Which commit brought what is deployed now, told by the file's own ref. */
export const findPromotion = defineKind({
  kind: 'gitlab/find-promotion',
  description:
    "Finds the commit of a saas file's history that gave a target the ref it has now, and the promotions before it; a title alone proves nothing.",
  schema: z.strictObject({
    project: projectField,
    file: pathField.describe('The saas file.'),
    target: z
      .string()
      .min(1)
      .describe('The environment, "production" or "stage", or the end of the $ref of the namespace file.'),
    ref: z.string().min(1).optional().describe('The branch; the default branch when absent.'),
    promotions: z
      .int()
      .min(1)
      .max(50)
      .default(8)
      .describe('How many promotions to list, the current included.'),
    'look-back': z
      .int()
      .min(1)
      .max(2_000)
      .default(400)
      .describe('How many commits of the file to look at, at most.'),
  }),
  risk: 'safe',
  outputs: {
    commit: 'The commit that introduced the ref.',
    title: 'Its title.',
    ref: 'The ref that the target has now.',
    previousRef: 'The ref it had before; null when the target is new.',
    author: 'Who made the commit.',
    date: 'When.',
    url: 'Its page.',
    isRevert: 'Whether it took an earlier promotion back.',
    autoPromotion: 'Whether the target is promoted by a bot.',
    promotions:
      'The promotions of this target, newest first: commit, title, ref, previousRef, author, date, url, ran (for how long it was current), rolledBack.',
  },
  window: { forMs: 0, withinMs: 120_000, everyMs: 5_000 },
  describe: ({ file, target }) => `Find what promoted ${target} in ${file.split('/').at(-1)}`,
  plan: async (params, context) => {
    const { gitlab, options } = await gitlabOf(context);
    const branch = params.ref ?? (await gitlab.project(params.project, options)).defaultBranch;
    return readingPlan(
      `read the history of ${params.file} in ${params.project}`,
      {
        project: params.project,
        file: params.file,
        target: params.target,
        branch,
        wanted: params.promotions,
        limit: params['look-back'],
      },
      [],
      [`asks ${gitlab.url}`],
    );
  },
  observe: async (plan, context) => {
    const search = data.parse(plan.data);
    const place = await gitlabOf(context);
    const text = await place.gitlab.file(search.project, search.file, search.branch, place.options);
    const target = saasTarget(text, search.file, search.target);
    if (isMutableRef(target.ref)) throw nothingToRevert(search.target, target.ref);
    const promotions = await promotionsOf(place, search);
    const current = promotions.find(({ ref }) => ref === target.ref);
    if (current === undefined) throw notFound(search.file, target.ref, search.limit);
    const listed = promotions.slice(promotions.indexOf(current));
    const isRevert = REVERT.test(current.commit.title);
    return {
      holds: true,
      summary: shortSha(current.ref),
      evidence: [
        `${search.target} is at ref ${current.ref}, since ${current.commit.committedAt}`,
        `introduced by ${shortSha(current.commit.id)} "${current.commit.title}" of ${current.commit.author}`,
        `before that: ${current.previousRef ?? 'nothing, the target is new'}`,
        ...warningsOf(current, isRevert, target.auto),
      ],
      outputs: {
        ...recordOf(current),
        isRevert,
        autoPromotion: target.auto,
        promotions: listed.map((promotion, place) =>
          listing(promotion, listed[place - 1], context.ports.clock.now()),
        ),
      },
    };
  },
});

function warningsOf({ ref, commit }: Promotion, isRevert: boolean, auto: boolean): readonly string[] {
  const named = /\bversion to (\S+)/.exec(commit.title)?.[1];
  const differs = named !== undefined && /^[0-9a-f]{7,40}$/.test(named) && !ref.startsWith(named);
  return [
    ...(isRevert
      ? ['attention: this was a rollback itself, so the version before it is the one that was taken back']
      : []),
    ...(differs ? [`attention: its title names ${named}, but the file has ${ref}`] : []),
    ...(auto
      ? [
          "attention: promotion.auto is set, so a bot may promote the same version again; add it to the app's blockedVersions",
        ]
      : []),
  ];
}

function recordOf({ commit, ref, previousRef }: Promotion) {
  return {
    commit: commit.id,
    title: commit.title,
    ref,
    previousRef: previousRef ?? null,
    author: commit.author,
    date: commit.committedAt,
    url: commit.webUrl,
  };
}

function listing(promotion: Promotion, next: Promotion | undefined, now: number) {
  const until = next === undefined ? now : Date.parse(next.commit.committedAt);
  const ms = Math.max(0, until - Date.parse(promotion.commit.committedAt));
  return {
    ...recordOf(promotion),
    ran: roughly(ms),
    /** It ended because somebody took it back, and not because a newer version came. */
    rolledBack: next !== undefined && REVERT.test(next.commit.title),
  };
}

function roughly(ms: number): string {
  const hours = ms / 3_600_000;
  if (hours >= 48) return `${Math.floor(hours / 24)} days`;
  return hours >= 2 ? `${Math.floor(hours)} hours` : `${Math.floor(ms / 60_000)} minutes`;
}

function nothingToRevert(target: string, ref: string): StepFailure {
  return new StepFailure(
    `${target} follows "${ref}", which moves by itself: no commit here promoted it, so there is nothing to revert.`,
    { next: `Revert the change in the code, on ${ref}; or pin the target to a commit by a merge request.` },
  );
}

function notFound(file: string, ref: string, limit: number): StepFailure {
  return new StepFailure(`None of the last ${limit} commits of ${file} introduced ${ref}.`, {
    next: 'Look further back with look-back, or look at the history of the file in the browser.',
  });
}
