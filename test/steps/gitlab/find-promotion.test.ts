import { describe, expect, it } from 'vitest';
import { findPromotion } from '../../../src/steps/gitlab/find-promotion.ts';
import type { Observation } from '../../../src/steps/step-kind.ts';
import {
  type AppInterface,
  appInterface,
  PROJECT,
  planning,
  SAAS,
  saasText,
  V1,
  V2,
  V3,
  V4,
} from './app-interface.ts';

async function find({ ports }: AppInterface, target = 'production', more: object = {}): Promise<Observation> {
  const params = findPromotion.schema.parse({ project: PROJECT, file: SAAS, target, ...more });
  const plan = await findPromotion.plan(params, planning(ports));
  const seen = await findPromotion.observe?.(plan, planning(ports));
  if (seen === undefined) throw new Error('it does not observe');
  return seen;
}

describe('the promotion', () => {
  it('is the commit that introduced the present ref for that target', async () => {
    const world = appInterface();
    const { outputs } = await find(world);
    expect(outputs).toMatchObject({
      commit: world.promotions[V4]?.id,
      ref: V4,
      previousRef: V3,
      author: 'Magda',
      isRevert: false,
    });
  });

  it('is not the newest commit with a matching title', async () => {
    const world = appInterface();
    world.gitlab.push(PROJECT, {
      title: `chore: update kas-fleet-manager prod version to ${V1}`,
      files: { [SAAS]: `${saasText(V4, V4)}# a remark\n` },
    });
    expect((await find(world)).outputs).toMatchObject({ commit: world.promotions[V4]?.id, ref: V4 });
  });

  it('is found for each environment by its own ref', async () => {
    const world = appInterface();
    const { outputs } = await find(world, 'stage');
    expect(outputs.title).toBe(`chore: update kas-fleet-manager stage version to ${V4}`);
  });

  it('is a rollback, when that is what brought the ref, and says so', async () => {
    const world = appInterface();
    world.gitlab.push(PROJECT, { title: 'Revert "chore: …"', files: { [SAAS]: saasText(V3, V4) } });
    const { outputs, evidence } = await find(world);
    expect(outputs).toMatchObject({ ref: V3, previousRef: V4, isRevert: true });
    expect(evidence.join('\n')).toMatch(/was a rollback itself/);
    expect(outputs.promotions).toMatchObject([
      { ref: V3 },
      { ref: V4, rolledBack: true },
      { ref: V3 },
      { ref: V2 },
      { ref: V1 },
    ]);
  });

  it('warns of a title that names another version, and of a bot that promotes', async () => {
    const world = appInterface();
    const text = saasText(V2, V4).replace(`ref: ${V2}`, `ref: ${V2}\n    promotion:\n      auto: true`);
    world.gitlab.push(PROJECT, { title: `update version to ${V1}`, files: { [SAAS]: text } });
    const { evidence, outputs } = await find(world);
    expect(evidence.join('\n')).toMatch(/its title names a+, but the file has b+/);
    expect(evidence.join('\n')).toMatch(/blockedVersions/);
    expect(outputs.autoPromotion).toBe(true);
  });

  it('lists the promotions before it, with how long each was current', async () => {
    const { outputs } = await find(appInterface());
    expect(outputs.promotions).toMatchObject([
      { ref: V4 },
      { ref: V3, ran: '2 hours' },
      { ref: V2, ran: '2 hours' },
      { ref: V1 },
    ]);
  });

  it('does not exist for a ref that moves by itself', async () => {
    const world = appInterface();
    world.gitlab.push(PROJECT, { title: 'follow main', files: { [SAAS]: saasText(V4, 'main') } });
    await expect(find(world, 'stage')).rejects.toThrow(/nothing to revert/);
  });

  it('is not made up when the history does not reach back far enough', async () => {
    const world = appInterface();
    for (let count = 0; count < 3; count++)
      world.gitlab.push(PROJECT, { title: 'a remark', files: { [SAAS]: `${saasText(V4, V4)}# ${count}\n` } });
    await expect(find(world, 'production', { 'look-back': 3 })).rejects.toThrow(/None of the last 3 commits/);
  });
});
