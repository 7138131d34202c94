import type { Clock } from '../../ports/clock.ts';
import { PortFailure } from '../../ports/failure.ts';
import type {
  KubeObject,
  KubernetesContext,
  KubernetesReads,
  ListRequest,
  LogRequest,
  ReadOptions,
  ResourceRef,
} from '../../ports/kubernetes.ts';
import type { Transport } from '../transport.ts';
import { reviewAccess } from './access-review.ts';
import { sendApply } from './apply.ts';
import type { Discovery } from './discovery.ts';
import { type Listing, listAll } from './list.ts';
import { sendPatch } from './patch.ts';
import { resourcePath, segment, withQuery } from './paths.ts';
import { getThroughProxy } from './proxy.ts';
import { type Subject, statusFailure } from './status-failure.ts';
import { type WatchFormat, type WatchRhythm, watchForEver } from './watch.ts';
import { objectsFormat } from './watch-objects.ts';
import { rowsFormat } from './watch-rows.ts';
import { parseJson } from './wire.ts';

export interface ReadsOver {
  /** Must refuse writes by itself. */
  readonly transport: Transport;
  readonly discovery: Discovery;
  readonly context: KubernetesContext;
  readonly clock: Clock;
  readonly random: () => number;
  readonly timeoutMs: number;
  readonly rhythm: WatchRhythm;
}

const MAX_LOG_BYTES = 1024 * 1024;

/** Everything that reads, over one transport. */
export function readsOver(over: ReadsOver): KubernetesReads {
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

  async function logs(request: LogRequest, options: ReadOptions = {}): Promise<string> {
    const { pod, container, tailLines, sinceSeconds, previous } = request;
    const namespace = request.namespace ?? context.namespace;
    const response = await transport.send({
      method: 'GET',
      path: withQuery(`/api/v1/namespaces/${segment(namespace)}/pods/${segment(pod)}/log`, {
        container,
        tailLines,
        sinceSeconds,
        previous,
        limitBytes: MAX_LOG_BYTES,
      }),
      accept: '*/*',
      timeoutMs: options.timeoutMs ?? timeoutMs,
      signal: options.signal,
      // a server that does not know the limit must not fill our memory either
      maxBytes: MAX_LOG_BYTES,
    });
    const subject: Subject = { verb: 'get', resource: 'pods/log', name: pod, namespace };
    if (response.status !== 200) throw statusFailure(response, subject, context);
    return response.body.toString('utf8');
  }

  function follow(request: ListRequest, format: WatchFormat, signal: AbortSignal): void {
    const { clock, random, rhythm } = over;
    const asked = (options: ReadOptions) => listing(request, options, 'list');
    void watchForEver({ clock, random, rhythm, listing: asked }, format, signal);
  }

  return {
    context,
    get,
    logs,
    async servedVersion(type, options = {}) {
      return (await discovery.find(type, options))?.version;
    },
    servedKind: (apiVersion, kind, options = {}) => discovery.findKind(apiVersion, kind, options),
    async list(request, options = {}) {
      return listAll(await listing(request, options), options);
    },
    proxyGet: (request, options = {}) => getThroughProxy(transport, context, request, options),
    access: (request, options = {}) => reviewAccess(transport, context, request, { timeoutMs, ...options }),
    dryRunPatch: (request, options = {}) => sendPatch(over, request, true, options),
    dryRunApply: (request, options = {}) => sendApply(over, request, true, options),
    inspect: unserved,
    watch: (request, handlers, signal) => follow(request, objectsFormat(handlers), signal),
    watchRows: (request, handlers, signal) => follow(request, rowsFormat(handlers), signal),
  };
}

async function unserved(): Promise<never> {
  throw new PortFailure('Not served.', { reason: 'not-served' });
}
