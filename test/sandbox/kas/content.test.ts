import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { revertOnto } from '../../../src/sandbox/git/merge.ts';
import { Repository } from '../../../src/sandbox/git/repository.ts';
import { runGit } from '../../../src/sandbox/git/run.ts';
import { toImport } from '../../../src/sandbox/kas/foreseen-history.ts';
import { type KasContent, writeKasContent } from '../../../src/sandbox/kas/kas-content.ts';
import { completeKas, type KasInput } from '../../../src/sandbox/kas/kas-spec.ts';
import { SAAS_FILE } from '../../../src/sandbox/kas/saas-file.ts';

const NOW = Date.parse('2026-01-12T10:00:00Z');
const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

function content(input: KasInput = {}, seed = 1): KasContent {
  return writeKasContent(completeKas(input), { seed, now: NOW });
}

function newest({ appInterface }: KasContent, environment: string, back = 1) {
  return appInterface.promotions.filter((item) => item.environment === environment).at(-back);
}

/** Paths that differ between the two newest versions in production. */
function changedFiles(world: KasContent): string[] {
  const commits = world.code.releases.at(-1)?.commits ?? [];
  return commits.flatMap(({ changes }) => Object.keys(changes));
}

async function imported(history: Parameters<typeof toImport>[0]) {
  const folder = await mkdtemp(join(tmpdir(), 'kas-content-'));
  folders.push(folder);
  await runGit(['init', '--bare', '--quiet', folder], { folder: tmpdir() });
  const repository = new Repository(folder);
  return { repository, shas: await repository.importHistory(toImport(history)) };
}

describe('the two repositories', () => {
  test('get from git the very ids that were foreseen', async () => {
    const { code, appInterface } = content({ years: 1 });
    for (const history of [code.history, appInterface.history]) {
      const { shas, repository } = await imported(history);
      expect(shas).toEqual(history.commits.map(({ id }) => id));
      expect(await repository.branch(history.branch)).toBe(history.head?.id);
    }
  });

  test('are the same for the same seed and moment, and others for another seed', () => {
    const head = (world: KasContent) => [world.code.history.head?.id, world.appInterface.history.head?.id];
    expect(head(content())).toEqual(head(content()));
    expect(head(content({}, 2))).not.toEqual(head(content()));
  });

  test('hold some years, in order, none of it in the future', () => {
    const { code, appInterface } = content();
    for (const { commits } of [code.history, appInterface.history]) {
      const times = commits.map(({ time }) => time);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(times.at(-1)).toBeLessThanOrEqual(NOW);
    }
    expect(appInterface.promotions.length).toBeGreaterThan(200);
    expect(appInterface.reviews.length).toBeGreaterThan(350);
  });

  test('say in the saas file what the newest promotions promoted', () => {
    const world = content();
    const { targets, history } = world.appInterface;
    expect(targets.production.ref).toBe(newest(world, 'production')?.ref);
    expect(targets.stage.ref).toBe(newest(world, 'stage')?.ref);
    expect(history.tree.read(SAAS_FILE)).toContain(`ref: ${targets.production.ref}\n`);
  });

  test.each(['squash', 'ff', 'merge'] as const)(
    'have merge requests of the %s years that link the changes',
    (era) => {
      const { appInterface } = content();
      const review = appInterface.reviews.find(
        (item) => item.era === era && item.title.startsWith('chore: update kas-fleet-manager'),
      );
      const link =
        era === 'ff' ? /github\.com\/.+\/compare\/\w{40}\.{3}\w{40}/ : /\/-\/compare\/\w{40}\.{3}\w{40}/;
      expect(review?.description).toMatch(link);
      expect(review?.mergeCommitSha === undefined).toBe(era === 'ff');
    },
  );
});

describe('the newest release', () => {
  test('crosses no migration unless told', () => {
    expect(changedFiles(content()).filter((path) => /migration|pkg\/db/.test(path))).toEqual([]);
  });

  test.each([
    ['kafka', /^internal\/kafka\/internal\/migrations\/\d{14}_\w+\.go$/],
    ['connector', /^internal\/connector\/internal\/migrations\/\d{14}_\w+\.go$/],
    ['policy', /^pkg\/db\/\d{12}-\w+\.go$/],
  ] as const)('may bring one under the path of %s', (migrationPath, path) => {
    const files = changedFiles(content({ release: { migration: 'blocking', migrationPath } }));
    expect(files.filter((file) => path.test(file))).toHaveLength(1);
  });

  test('may hide it behind more files than a comparison shows', () => {
    const files = changedFiles(content({ release: { migration: 'blocking', files: 310 } })).sort();
    expect(files.findIndex((path) => path.includes('/migrations/'))).toBeGreaterThanOrEqual(300);
  });

  test('may be one of several bad ones, each promoted at its own time', () => {
    const world = content({ badReleases: 3 });
    const hours = [1, 2, 3, 4].map(
      (back) => (NOW - (newest(world, 'production', back)?.time ?? 0)) / 3_600_000,
    );
    expect(hours.map(Math.floor)).toEqual([0, 26, 52, 244]);
  });

  test('is on the environment that goes wrong', () => {
    const stage = content({ bad: 'stage' });
    const age = (world: KasContent, environment: string) =>
      (NOW - (newest(world, environment)?.time ?? 0)) / 60_000;
    expect(age(stage, 'stage')).toBe(35);
    expect(age(stage, 'production')).toBeGreaterThan(24 * 60);
    expect(stage.appInterface.targets.stage.ref).not.toBe(stage.appInterface.targets.production.ref);
  });
});

describe('variants', () => {
  test('stage may follow main', () => {
    const world = content({ stageRef: 'main' });
    expect(world.appInterface.targets.stage.ref).toBe('main');
    expect(NOW - (newest(world, 'stage')?.time ?? NOW)).toBeGreaterThan(190 * 24 * 3_600_000);
  });

  test.each(['clean', 'conflict'] as const)('a revert may be: %s', async (revert) => {
    const world = content({ years: 0.5, revert });
    const { repository } = await imported(world.appInterface.history);
    const promotion = await repository.commit(newest(world, 'production')?.commit.id ?? '');
    const head = await repository.commit(world.appInterface.history.head?.id ?? '');
    if (promotion === undefined || head === undefined) throw new Error('git does not know the commits');
    const applied = await revertOnto(repository, promotion, head);
    expect('failure' in applied ? applied.failure : 'clean').toBe(revert);
  });
});

const BAD = ['production', 'stage', 'both', 'none'] as const;

describe('whatever the seed', () => {
  test.each(BAD)('with a bad release in: %s, a version comes to stage before production', (bad) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 4 }), (seed, badReleases) => {
        const world = content({ years: 0.7, bad, badReleases }, seed);
        const { promotions } = world.appInterface;
        const times = promotions.map(({ time }) => time);
        expect(times).toEqual([...times].sort((a, b) => a - b));
        for (const { environment, ref, time, from } of promotions) {
          expect(from).not.toBe(ref);
          if (environment === 'stage') continue;
          const staged = promotions.find((item) => item.environment === 'stage' && item.ref === ref);
          expect(staged === undefined || staged.time < time).toBe(true);
        }
        expect(newest(world, 'production', 2)).toBeDefined();
        expect(newest(world, 'stage', 2)).toBeDefined();
      }),
      { numRuns: 6 },
    );
  });
});
