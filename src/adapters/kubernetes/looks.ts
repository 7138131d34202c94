import type { Clock } from '../../ports/clock.ts';
import type {
  KubeObject,
  KubernetesContext,
  KubernetesReads,
  ListRequest,
  ReadOptions,
  ResourceRef,
} from '../../ports/kubernetes.ts';
import type { Transport } from '../transport.ts';
import type { Discovery } from './discovery.ts';
import { type Listing, listAll } from './list.ts';
import { resourcePath } from './paths.ts';
import { type Subject, statusFailure } from './status-failure.ts';
import { type WatchFormat, type WatchRhythm, watchForEver } from './watch.ts';
import { objectsFormat } from './watch-objects.ts';
import { rowsFormat } from './watch-rows.ts';
import { parseJson } from './wire.ts';

export interface LooksOver {
  /** Must refuse writes by itself. */
  readonly transport: Transport;
  readonly discovery: Discovery;
  readonly context: KubernetesContext;
  readonly clock: Clock;
  readonly random: () => number;
  readonly timeoutMs: number;
  readonly rhythm: WatchRhythm;
}

/** What it takes to see what is there; no client library is needed for that. */
export type KubernetesLooks = Pick<
  KubernetesReads,
  'context' | 'get' | 'list' | 'servedVersion' | 'watch' | 'watchRows'
>;

export function looksOver(over: LooksOver): KubernetesLooks {
  const { transport, discovery, context, timeoutMs } = over;

  async function listing(request: ListRequest, options: ReadOptions, verb = 'list'): Promise<Listing> {
    const served = await discovery.require(request, options);
    const namespace = request.namespace ?? context.namespace;
    const { labelSelector, fieldSelector, resource } = request;
    const subject: Subject = { verb, resource, namespace: served.namespaced ? namespace : undefined };
    return {
      transport,
      context,
      path: resourcePath(served, { namespace }),
      labelSelector,
      fieldSelector,
      subject,
      timeoutMs,
    };
  }

  async function get(ref: ResourceRef, options: ReadOptions = {}): Promise<KubeObject> {
    const served = await discovery.require(ref, options);
    const namespace = ref.namespace ?? context.namespace;
    const subject: Subject = {
      verb: 'get',
      resource: ref.subresource ? `${ref.resource}/${ref.subresource}` : ref.resource,
      name: ref.name,
      namespace: served.namespaced ? namespace : undefined,
    };
    const path = resourcePath(served, { namespace, name: ref.name, subresource: ref.subresource });
    const response = await transport.send({
      method: 'GET',
      path,
      timeoutMs: options.timeoutMs ?? timeoutMs,
      signal: options.signal,
    });
    if (response.status !== 200) throw statusFailure(response, subject, context);
    return parseJson(response, subject) as KubeObject;
  }

  function follow(request: ListRequest, format: WatchFormat, signal: AbortSignal): void {
    const { clock, random, rhythm } = over;
    const asked = (options: ReadOptions) => listing(request, options, 'list');
    void watchForEver({ clock, random, rhythm, listing: asked }, format, signal);
  }

  return {
    context,
    get,
    async servedVersion(type, options = {}) {
      return (await discovery.find(type, options))?.version;
    },
    async list(request, options = {}) {
      return listAll(await listing(request, options), options);
    },
    watch: (request, handlers, signal) => follow(request, objectsFormat(handlers), signal),
    watchRows: (request, handlers, signal) => follow(request, rowsFormat(handlers), signal),
  };
}
