import type { Forge } from '../gitlab/forge.ts';
import type { Store } from '../kubernetes/store.ts';
import type { SandboxClock } from '../kubernetes/world-interfaces.ts';
import { answeringApprovers } from './approvers.ts';
import { Bot } from './bot.ts';
import { landSomethingElse, promoteFix } from './colleagues.ts';
import { Deployer } from './deployer.ts';
import type { KasState } from './kas-state.ts';
import { type KasProjects, seedForge } from './seed-forge.ts';
import { Timers } from './timers.ts';

export interface KasForgeOptions {
  readonly forge: Forge;
  readonly state: KasState;
  readonly store: Store;
  readonly clock: SandboxClock;
  readonly pace: (milliseconds: number) => number;
  readonly onError: (error: unknown) => void;
  /** Where this GitLab is, without a slash at its end. */
  readonly gitlabUrl: string;
}

export interface KasForge {
  readonly projects: KasProjects;
  /** Ends everything that moves by itself. */
  stop(): void;
}

/** Fills the forge and lets the bot, the approvers, the deployer and the Control Plane team live in it. */
export async function startKasForge(options: KasForgeOptions): Promise<KasForge> {
  const { forge, state, store, gitlabUrl } = options;
  const timers = new Timers(options);
  const projects = await seedForge(forge, state, gitlabUrl);
  const { appInterface, code } = projects;
  const { bot, deployer, rollForward } = state.spec;
  const common = { forge, appInterface, timers };
  const stops = [
    new Bot({ ...common, spec: bot }).start(),
    answeringApprovers({ ...common, spec: bot }),
    await new Deployer({ ...common, code, store, spec: deployer }).start(),
  ];
  const colleagues = { forge, projects, state, gitlabUrl };
  const { rebaseAfterSeconds } = bot;
  if (rebaseAfterSeconds !== undefined) {
    let landed = false;
    stops.push(
      forge.on((event) => {
        if (landed || event.type !== 'merge-request' || event.action !== 'open') return;
        landed = true;
        timers.after(rebaseAfterSeconds, () => timers.run(() => landSomethingElse(colleagues)));
      }),
    );
  }
  if (rollForward !== undefined) {
    timers.after(rollForward.afterSeconds, () => timers.run(() => promoteFix(colleagues, rollForward)));
  }
  return {
    projects,
    stop() {
      timers.stop();
      for (const stop of stops) stop();
    },
  };
}
