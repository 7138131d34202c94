import type { KubernetesReads, LogRequest, ReadOptions } from '../../ports/kubernetes.ts';
import { reviewAccess } from './access-review.ts';
import { sendApply } from './apply.ts';
import { type LooksOver, looksOver } from './looks.ts';
import { sendPatch } from './patch.ts';
import { segment, withQuery } from './paths.ts';
import { getThroughProxy } from './proxy.ts';
import { type Subject, statusFailure } from './status-failure.ts';

const MAX_LOG_BYTES = 1024 * 1024;

/** Everything that reads, over one transport; programs over connections of their own. */
export function readsOver(over: LooksOver, inspect: KubernetesReads['inspect']): KubernetesReads {
  const { transport, discovery, context, timeoutMs } = over;
  const looks = looksOver(over);

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

  return {
    ...looks,
    logs,
    servedKind: (apiVersion, kind, options = {}) => discovery.findKind(apiVersion, kind, options),
    proxyGet: (request, options = {}) => getThroughProxy(transport, context, request, options),
    access: (request, options = {}) => reviewAccess(transport, context, request, { timeoutMs, ...options }),
    dryRunPatch: (request, options = {}) => sendPatch(over, request, true, options),
    dryRunApply: (request, options = {}) => sendApply(over, request, true, options),
    inspect,
  };
}
