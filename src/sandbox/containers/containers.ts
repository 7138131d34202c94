import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PODS } from '../kubernetes/controllers/keys.ts';
import type { Store, StoredObject } from '../kubernetes/store.ts';
import type { ExecRequest, ExecStreams, ExecTarget } from '../kubernetes/world-interfaces.ts';
import { FolderFiles } from './container-files.ts';
import type { ContainerInstance, Installation, Installer } from './installation.ts';
import type { ProgramContext } from './program.ts';

export interface ContainersOptions {
  readonly store: Store;
  /** Of the sandbox's own; the containers' files are below. */
  readonly folder: string;
  readonly installers: readonly Installer[];
}

/** A container in which something was run. */
interface Opened {
  readonly files: FolderFiles;
  readonly installation: Installation;
  readonly prepared: Promise<void>;
  readonly stopped: AbortController;
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const NOTHING: Installation = { programs: {} };

/** What runs inside the containers of the pods when somebody execs into them. */
export class Containers implements ExecTarget {
  readonly #options: ContainersOptions;
  readonly #opened = new Map<string, Opened>();

  constructor(options: ContainersOptions) {
    this.#options = options;
  }

  async run(request: ExecRequest, streams: ExecStreams) {
    const instance = this.#instance(request);
    const { files, installation, prepared, stopped } = this.#open(instance);
    await prepared;
    const { programs, env, cwd = '/' } = installation;
    const context: ProgramContext = {
      argv: request.argv,
      env: { PATH, HOSTNAME: request.pod, HOME: '/root', ...env, ...instance.env },
      cwd,
      files,
      stdin: streams.stdin,
      stdout: (chunk) => streams.stdout(Buffer.from(chunk)),
      stderr: (chunk) => streams.stderr(Buffer.from(chunk)),
      signal: stopped.signal,
    };
    const [name = ''] = request.argv;
    const own = programs[name.slice(name.lastIndexOf('/') + 1)];
    if (own !== undefined) return { exitCode: await own(context) };
    const { isSmallProgram, runShell } = await import('./shell.ts');
    if (!isSmallProgram(name.slice(name.lastIndexOf('/') + 1))) return { exitCode: undefined };
    return { exitCode: await runShell(context, files, programs) };
  }

  /** The pod is gone: what runs in its containers ends, and their own files go. */
  ended({ uid }: StoredObject['metadata']): void {
    for (const [key, { stopped }] of this.#opened) {
      if (!key.startsWith(`${uid}/`)) continue;
      stopped.abort();
      this.#opened.delete(key);
    }
    rmSync(join(this.#options.folder, 'containers', uid), { recursive: true, force: true });
  }

  /** All programs end, and no file of a container is left behind. */
  stop(): void {
    for (const { stopped } of this.#opened.values()) stopped.abort();
    this.#opened.clear();
    rmSync(join(this.#options.folder, 'containers'), { recursive: true, force: true });
  }

  #open(instance: ContainerInstance): Opened {
    const key = `${instance.podUid}/${instance.container}/${instance.restarts}`;
    const known = this.#opened.get(key);
    if (known !== undefined) return known;
    const folder = join(this.#options.folder, 'containers', key);
    mkdirSync(folder, { recursive: true });
    const installed = this.#options.installers.map((install) => install(instance));
    const installation = installed.find((one) => one !== undefined) ?? NOTHING;
    const files = new FolderFiles(folder, installation.volumes ?? {});
    mkdirSync(files.real(installation.cwd ?? '/'), { recursive: true });
    const opened = {
      files,
      installation,
      prepared: installation.prepare?.(files) ?? Promise.resolve(),
      stopped: new AbortController(),
    };
    this.#opened.set(key, opened);
    return opened;
  }

  #instance({ namespace, pod: name, container }: ExecRequest): ContainerInstance {
    const pod = this.#options.store.get(PODS, namespace, name);
    const spec = pod?.spec?.containers?.find((one: { name: string }) => one.name === container);
    const status = pod?.status?.containerStatuses?.find((one: { name: string }) => one.name === container);
    if (pod === undefined || spec === undefined)
      throw new Error(`there is no container ${container} of ${name}`);
    return {
      namespace,
      pod: name,
      podUid: pod.metadata.uid,
      podIP: pod.status?.podIP,
      labels: pod.metadata.labels ?? {},
      container,
      image: spec.image,
      env: envOf(spec.env ?? []),
      restarts: status?.restartCount ?? 0,
    };
  }
}

/** What the spec spells out; what it refers to is not known here. */
function envOf(env: readonly { readonly name: string; readonly value?: string }[]): Record<string, string> {
  return Object.fromEntries(env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])));
}
