import * as z from 'zod/mini';

const seconds = z.number().check(z.minimum(0));
const environment = z.enum(['production', 'stage']);
const fixedVersion = z.enum(['well', 'misbehaves', 'never-ready']);

/** What a new version's merge request goes through, and how long each part takes. */
const bot = z.strictObject({
  /** Until the bot says who may approve. */
  reportSeconds: z.optional(seconds),
  pipelineSeconds: z.optional(seconds),
  /** How pipelines end; `failed-once` fails the first of a merge request. */
  pipeline: z.optional(z.enum(['success', 'failed', 'failed-once'])),
  /** `answer` has an approver comment by themselves; `wait` leaves it to whoever plays them. */
  approvers: z.optional(z.enum(['answer', 'wait', 'hold-first', 'stranger-first'])),
  lgtmSeconds: z.optional(seconds),
  /** Of a hold that an approver lifts by themselves. */
  holdSeconds: z.optional(seconds),
  /** From approved and green to merged. */
  mergeSeconds: z.optional(seconds),
  /** Another merge lands this long after a merge request was opened, so that the bot has to rebase it. */
  rebaseAfterSeconds: z.optional(seconds),
});

/** The release that the world begins with, and which went wrong. */
const release = z.strictObject({
  /** `blocking` drops a column that older versions read; `compatible` adds one. */
  migration: z.optional(z.enum(['none', 'compatible', 'blocking'])),
  /** Where its file lies: `policy` is the path and the name that the written policy speaks of. */
  migrationPath: z.optional(z.enum(['kafka', 'connector', 'policy'])),
  /** At least so many files changed by it. */
  files: z.optional(z.int().check(z.minimum(0), z.maximum(2000))),
});

export const kasSwitches = {
  years: z.optional(z.number().check(z.minimum(0.5), z.maximum(10))),
  /** Where the newest release misbehaves. */
  bad: z.optional(z.enum(['production', 'stage', 'both', 'none'])),
  /** How many of the newest promotions there misbehave. */
  badReleases: z.optional(z.int().check(z.minimum(1), z.maximum(4))),
  promotedMinutesAgo: z.optional(z.number().check(z.minimum(5), z.maximum(600))),
  release: z.optional(release),
  /** How a version that is too old for the schema shows it. */
  tooOld: z.optional(z.enum(['init-fails', 'serves-errors'])),
  /** `conflict`: a later commit touched the promotion's lines. */
  revert: z.optional(z.enum(['clean', 'conflict'])),
  /** `main`: stage follows the branch, so that there are no promotions. */
  stageRef: z.optional(z.enum(['sha', 'main'])),
  /** `previous`: the newest promotion was merged and never rolled out. */
  served: z.optional(z.enum(['as-in-git', 'previous'])),
  fork: z.optional(
    z.strictObject({
      /** Whether the bot is a Maintainer of it, without which it cannot rebase or merge. */
      botAccess: z.optional(z.boolean()),
    }),
  ),
  bot: z.optional(bot),
  deployer: z.optional(z.strictObject({ seconds: z.optional(seconds), fails: z.optional(z.boolean()) })),
  /** The Control Plane team's new version: when its merge request is opened, counted from the start. */
  rollForward: z.optional(
    z.strictObject({
      afterSeconds: seconds,
      environment: z.optional(environment),
      /** How the new version runs, once it is rolled out. */
      runs: z.optional(fixedVersion),
    }),
  ),
};

const kasInput = z.strictObject(kasSwitches);
export type KasInput = z.infer<typeof kasInput>;

export type Environment = z.infer<typeof environment>;
export type FixedVersion = z.infer<typeof fixedVersion>;
export const ENVIRONMENTS: readonly Environment[] = ['stage', 'production'];

type Complete<T> = { readonly [K in keyof T]-?: Exclude<T[K], undefined> };

/** The switches with nothing left to default. */
export interface KasSpec
  extends Complete<Omit<KasInput, 'release' | 'fork' | 'bot' | 'deployer' | 'rollForward'>> {
  readonly release: Complete<z.infer<typeof release>>;
  readonly botAccess: boolean;
  readonly bot: Omit<Complete<z.infer<typeof bot>>, 'rebaseAfterSeconds'> & {
    readonly rebaseAfterSeconds: number | undefined;
  };
  readonly deployer: { readonly seconds: number; readonly fails: boolean };
  readonly rollForward:
    | { readonly afterSeconds: number; readonly environment: Environment; readonly runs: FixedVersion }
    | undefined;
}

export function completeKas(input: KasInput): KasSpec {
  const { release: given = {}, bot: bots = {}, deployer = {}, rollForward } = input;
  return {
    years: input.years ?? 3,
    bad: input.bad ?? 'production',
    badReleases: input.badReleases ?? 1,
    promotedMinutesAgo: input.promotedMinutesAgo ?? 35,
    release: {
      migration: given.migration ?? 'none',
      migrationPath: given.migrationPath ?? 'kafka',
      files: given.files ?? 0,
    },
    tooOld: input.tooOld ?? 'init-fails',
    revert: input.revert ?? 'clean',
    stageRef: input.stageRef ?? 'sha',
    served: input.served ?? 'as-in-git',
    botAccess: input.fork?.botAccess ?? true,
    bot: {
      reportSeconds: bots.reportSeconds ?? 3,
      pipelineSeconds: bots.pipelineSeconds ?? 8,
      pipeline: bots.pipeline ?? 'success',
      approvers: bots.approvers ?? 'answer',
      lgtmSeconds: bots.lgtmSeconds ?? 6,
      holdSeconds: bots.holdSeconds ?? 10,
      mergeSeconds: bots.mergeSeconds ?? 3,
      rebaseAfterSeconds: bots.rebaseAfterSeconds,
    },
    deployer: { seconds: deployer.seconds ?? 4, fails: deployer.fails ?? false },
    rollForward: rollForward && {
      afterSeconds: rollForward.afterSeconds,
      environment: rollForward.environment ?? (input.bad === 'stage' ? 'stage' : 'production'),
      runs: rollForward.runs ?? 'well',
    },
  };
}

export function isBadIn({ bad }: Pick<KasSpec, 'bad'>, environment: Environment): boolean {
  return bad === 'both' || bad === environment;
}
