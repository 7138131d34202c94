import type { DeleteRequest, ReadOptions } from '../../ports/kubernetes.ts';
import type { Patching } from './patch.ts';
import { resourcePath } from './paths.ts';
import { type Subject, statusFailure } from './status-failure.ts';

/** One DELETE, sent once, for this version of this object alone. What it owns goes with it, in the background. */
export async function sendDelete(
  deleting: Patching,
  { target, uid, resourceVersion }: DeleteRequest,
  options: ReadOptions,
): Promise<void> {
  const { transport, discovery, context } = deleting;
  const served = await discovery.require(target, options);
  const namespace = target.namespace ?? context.namespace;
  const preconditions = {
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  const response = await transport.send({
    method: 'DELETE',
    path: resourcePath(served, { namespace, name: target.name }),
    contentType: 'application/json',
    // a Job's pods would be left behind without a policy
    body: JSON.stringify({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: 'Background',
      preconditions,
    }),
    timeoutMs: options.timeoutMs ?? deleting.timeoutMs,
    signal: options.signal,
  });
  if (response.status < 300) return;
  const subject: Subject = {
    verb: 'delete',
    resource: target.resource,
    name: target.name,
    namespace: served.namespaced ? namespace : undefined,
  };
  throw statusFailure(response, subject, context);
}
