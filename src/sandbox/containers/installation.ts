import type { ContainerFiles, Programs } from './program.ts';

/** One run of a container, from its start to its end; a restart makes another, with fresh files. */
export interface ContainerInstance {
  readonly namespace: string;
  readonly pod: string;
  readonly podUid: string;
  readonly podIP: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly container: string;
  /** As the pod names it: 'postgres:15.8', 'registry.example.com/banking/backend:1.9.0'. */
  readonly image: string;
  /** As the pod's spec says it. */
  readonly env: Readonly<Record<string, string>>;
  /** How often it had been started before. */
  readonly restarts: number;
}

/** What an image brings into a container, besides the shell and the small programs that all have. */
export interface Installation {
  readonly programs: Programs;
  /** Beneath what the pod's spec says. */
  readonly env?: Readonly<Record<string, string>>;
  /** Absolute; where programs start. '/' when absent. */
  readonly cwd?: string;
  /**
   * Folders of this machine by their absolute path in the container: volumes that outlive it. `real` leads into
   * them, and whoever brings them sees to it that they exist.
   */
  readonly volumes?: Readonly<Record<string, string>>;
  /** Puts the first files into the container; awaited once, before its first program runs. */
  prepare?(files: ContainerFiles): Promise<void>;
}

/**
 * Says what is in a container, asked once for each instance, when something is first run in it. The first installer
 * that answers is taken; a container that none of them knows has the shell and the small programs alone.
 *
 * src/sandbox/database and src/sandbox/django export one each, chosen by the image; main.ts hands them to the world.
 */
export type Installer = (container: ContainerInstance) => Installation | undefined;
