import { onTestFinished } from 'vitest';
import type { ForgeMergeRequest, ForgeProject } from '../../../src/sandbox/gitlab/forge.ts';
import { GitForge } from '../../../src/sandbox/gitlab/git-forge.ts';
import { startKasForge } from '../../../src/sandbox/kas/kas-forge.ts';
import type { Environment } from '../../../src/sandbox/kas/kas-spec.ts';
import { kasNamespace } from '../../../src/sandbox/kas/names.ts';
import { BOT, OPERATOR } from '../../../src/sandbox/kas/people.ts';
import { SAAS_FILE } from '../../../src/sandbox/kas/saas-file.ts';
import { DEPLOYMENTS } from '../../../src/sandbox/kubernetes/controllers/keys.ts';
import { MemoryStore } from '../../../src/sandbox/kubernetes/memory-store.ts';
import { readWorldSpec } from '../../../src/sandbox/world/spec.ts';
import { createWorld } from '../../../src/sandbox/world/world.ts';
import { temporaryFolder } from '../git/test-repository.ts';
import { VirtualClock } from '../world/virtual-clock.ts';

const STEP_MS = 500;
/** Longer than anything in these worlds takes. */
const PATIENCE_STEPS = 400;
/** Turns of the event loop after which something that needs git has asked for it. */
const TURNS = 3;

/** Resolves once no git runs any more. */
async function gitIsIdle(): Promise<void> {
  for (let quiet = 0; quiet < TURNS; quiet += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (process.getActiveResourcesInfo().includes('ProcessWrap')) quiet = 0;
  }
}

/** The world of KAS Fleet Manager with its forge, on a clock that only goes on while git is idle. */
export async function testKasForge(switches: Readonly<Record<string, unknown>> = {}) {
  const clock = new VirtualClock();
  const store = new MemoryStore({ now: () => clock.now() });
  const input = { preset: 'kas-fleet-manager', years: 0.5, prometheus: false, ...switches };
  const failures: unknown[] = [];
  const onError = (error: unknown) => failures.push(error);
  const spec = readWorldSpec(input);
  const world = createWorld({ spec, store, clock, onError });
  world.start();
  const { kas: state } = world;
  if (state === undefined) throw new Error('this world has no KAS Fleet Manager');
  const forge = new GitForge({ folder: temporaryFolder(), clock, onError });
  const gitlabUrl = 'http://gitlab.test';
  const pace = (milliseconds: number) => milliseconds;
  const kas = await startKasForge({ forge, state, store, clock, pace, onError, gitlabUrl });
  onTestFinished(async () => {
    kas.stop();
    await forge.stop();
    world.stop();
    if (failures.length > 0) throw new AggregateError(failures, 'the world failed in the background');
  });
  const { appInterface, fork } = kas.projects;

  return {
    clock,
    forge,
    state,
    store,
    world,
    ...kas.projects,
    /** Lets time pass, in small steps between which git may work, until `wanted` holds. */
    async until(what: string, wanted: () => boolean | Promise<boolean>): Promise<void> {
      for (let step = 0; step < PATIENCE_STEPS; step += 1) {
        if (await wanted()) return;
        await gitIsIdle();
        clock.advance(STEP_MS);
      }
      throw new Error(`It did not come about that ${what}.`);
    },
    /** The operator takes the newest promotion back, in the fork, as the runbook does. */
    async revert(environment: Environment = 'production', project = fork): Promise<ForgeMergeRequest> {
      const head = await appInterface.repository.branch('master');
      const text = await appInterface.repository.readText('master', SAAS_FILE);
      const promotion = state.content.appInterface.promotions.findLast(
        (item) => item.environment === environment,
      );
      if (head === undefined || text === undefined || promotion === undefined) throw new Error('no history');
      const sha = await project.repository.commitFiles({
        parent: head,
        changes: [
          {
            path: SAAS_FILE,
            content: text.replace(
              new RegExp(`(${environment}\\.yml\\n +ref: )${promotion.ref}`),
              `$1${promotion.from}`,
            ),
          },
        ],
        message: `Revert "${promotion.commit.message.trim()}"\n`,
        author: OPERATOR,
        time: clock.now(),
      });
      const sourceBranch = `revert-${promotion.ref.slice(0, 8)}`;
      await forge.push(project, OPERATOR.username, sourceBranch, undefined, sha);
      return forge.mergeRequests.create({
        projectId: appInterface.id,
        sourceProjectId: project.id,
        sourceBranch,
        targetBranch: 'master',
        title: `Revert "${environment}"`,
        author: OPERATOR.username,
      });
    },
    /** Somebody pushes a commit that changes a file. */
    async edit(project: ForgeProject, branch: string, path: string, change: (text: string) => string) {
      const before = await project.repository.branch(branch);
      const text = await project.repository.readText(branch, path);
      if (before === undefined || text === undefined) throw new Error(`no ${path} on ${branch}`);
      const sha = await project.repository.commitFiles({
        parent: before,
        changes: [{ path, content: change(text) }],
        message: `Edit ${path}\n`,
        author: OPERATOR,
        time: clock.now(),
      });
      await forge.push(project, OPERATOR.username, branch, before, sha);
      return sha;
    },
    say: (mergeRequest: ForgeMergeRequest, author: string, body: string) =>
      forge.mergeRequests.addNote(mergeRequest, author, body),
    /** What the bot said, oldest first. */
    botNotes: ({ notes }: ForgeMergeRequest) =>
      notes.filter(({ author, system }) => author === BOT.username && !system).map(({ body }) => body),
    image(environment: Environment): string {
      const deployment = store.get(DEPLOYMENTS, kasNamespace(environment), 'kas-fleet-manager');
      return deployment?.spec.template.spec.containers[0].image.split(':')[1];
    },
  };
}
