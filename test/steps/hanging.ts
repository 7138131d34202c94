import type { Ports } from '../../src/ports/ports.ts';

/** The same ports, but no call is ever answered: each only ends when a signal that it was given is aborted. */
export function hanging(ports: Ports): Ports {
  return {
    clock: ports.clock,
    http: neverAnswering(ports.http),
    folders: neverAnswering(ports.folders),
    processes: neverAnswering(ports.processes),
    kubernetes: async () => neverAnswering(await ports.kubernetes()),
    prometheus: async () => neverAnswering(await ports.prometheus()),
    gitlab: async () => neverAnswering(await ports.gitlab()),
    elasticsearch: async () => neverAnswering(await ports.elasticsearch()),
    git: async (folder) => neverAnswering(await ports.git(folder)),
    slack: async () => neverAnswering(await ports.slack()),
    teams: async () => neverAnswering(await ports.teams()),
    statuspage: async () => neverAnswering(await ports.statuspage()),
    code: async (source) => neverAnswering(await ports.code(source)),
  };
}

function neverAnswering<T extends object>(port: T): T {
  return new Proxy(port, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function'
        ? (...args: readonly unknown[]) => untilAborted(args, String(name))
        : value;
    },
  });
}

function untilAborted(args: readonly unknown[], name: string): Promise<never> {
  const signal = args.map(signalIn).find((found) => found !== undefined);
  if (signal === undefined) throw new Error(`${name} was called without a signal`);
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function signalIn(argument: unknown): AbortSignal | undefined {
  if (typeof argument !== 'object' || argument === null || !('signal' in argument)) return undefined;
  return argument.signal instanceof AbortSignal ? argument.signal : undefined;
}
