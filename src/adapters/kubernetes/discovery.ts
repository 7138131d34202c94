import { PortFailure } from '../../ports/failure.ts';
import type { KubernetesContext, ReadOptions, ResourceType } from '../../ports/kubernetes.ts';
import { abortable } from '../abortable.ts';
import { cancelledFailure } from '../network-failure.ts';
import type { Transport } from '../transport.ts';
import { type ServedResource, segment } from './paths.ts';
import { type Subject, statusFailure } from './status-failure.ts';
import { parseJson } from './wire.ts';

interface GroupList {
  readonly preferredVersion?: { readonly version: string };
  readonly versions?: readonly { readonly version: string }[];
}
interface ResourceList {
  readonly resources?: readonly {
    readonly name: string;
    readonly namespaced: boolean;
    readonly kind?: string;
  }[];
}

export interface Discovery {
  /** undefined: the cluster does not serve it, in that version or in any. */
  find(type: ResourceType, options: ReadOptions): Promise<ServedResource | undefined>;
  /** The resource of a kind, as its apiVersion is served. */
  findKind(apiVersion: string, kind: string, options: ReadOptions): Promise<ServedResource | undefined>;
  /** Throws 'not-served'. */
  require(type: ResourceType, options: ReadOptions): Promise<ServedResource>;
}

/** Which resources are served in which versions: the group's preferred version first. Asked once a session. */
export function createDiscovery(
  transport: Transport,
  context: KubernetesContext,
  defaultTimeoutMs: number,
): Discovery {
  const cache = new Map<string, Promise<unknown>>();

  /** undefined when there is nothing at the path. */
  async function read<T>(path: string, options: ReadOptions): Promise<T | undefined> {
    const { timeoutMs = defaultTimeoutMs } = options;
    const response = await transport.send({ method: 'GET', path, timeoutMs });
    if (response.status === 404) return undefined;
    const subject: Subject = { verb: 'get', resource: path };
    if (response.status !== 200) throw statusFailure(response, subject, context);
    return parseJson(response, subject) as T;
  }

  /** What is there is remembered; what is not may be installed any minute, and a failure may pass. */
  async function cached<T>(path: string, options: ReadOptions): Promise<T | undefined> {
    let reading = cache.get(path) as Promise<T | undefined> | undefined;
    if (reading === undefined) {
      reading = read<T>(path, options);
      cache.set(path, reading);
      reading.then(
        (found) => found === undefined && cache.delete(path),
        () => cache.delete(path),
      );
    }
    try {
      return await abortable(reading, options.signal);
    } catch (error) {
      throw options.signal?.aborted ? cancelledFailure('The request to the cluster', error) : error;
    }
  }

  async function versionsOf(group: string, options: ReadOptions): Promise<readonly string[]> {
    if (group === '') return ['v1'];
    const found = await cached<GroupList>(`/apis/${group}`, options);
    const preferred = found?.preferredVersion?.version;
    const all = (found?.versions ?? []).map(({ version }) => version);
    return preferred === undefined ? all : [preferred, ...all.filter((each) => each !== preferred)];
  }

  async function find(type: ResourceType, options: ReadOptions): Promise<ServedResource | undefined> {
    const { group, resource, version: fixed } = type;
    for (const version of fixed === undefined ? await versionsOf(group, options) : [fixed]) {
      const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
      const list = await cached<ResourceList>(path, options);
      const entry = list?.resources?.find(({ name }) => name === resource);
      if (entry !== undefined) return { group, version, resource, namespaced: entry.namespaced };
    }
    return undefined;
  }

  async function findKind(
    apiVersion: string,
    kind: string,
    options: ReadOptions,
  ): Promise<ServedResource | undefined> {
    const [, group = '', version] = /^(?:([^/]+)\/)?([^/]+)$/.exec(apiVersion) ?? [];
    if (version === undefined) return undefined;
    const path = group === '' ? `/api/${segment(version)}` : `/apis/${segment(group)}/${segment(version)}`;
    const list = await cached<ResourceList>(path, options);
    // a subresource may answer with another object's kind: deployments/scale
    const entry = list?.resources?.find((each) => each.kind === kind && !each.name.includes('/'));
    return entry && { group, version, resource: entry.name, namespaced: entry.namespaced };
  }

  return {
    find,
    findKind,
    async require(type, options) {
      const found = await find(type, options);
      if (found !== undefined) return found;
      const name = type.group === '' ? type.resource : `${type.resource}.${type.group}`;
      const version = type.version === undefined ? '' : ` in version ${type.version}`;
      throw new PortFailure(`The cluster of context ${context.name} does not serve ${name}${version}.`, {
        reason: 'not-served',
        next: 'Check the resource name; a custom resource may not be installed there.',
      });
    },
  };
}
