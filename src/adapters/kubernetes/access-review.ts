import {
  AuthorizationV1Api,
  createConfiguration,
  type RequestContext,
  ResponseContext,
  ServerConfiguration,
  wrapHttpLibrary,
} from '@kubernetes/client-node';
import type { AccessAnswer, AccessRequest, KubernetesContext, ReadOptions } from '../../ports/kubernetes.ts';
import { neutralise } from '../../prose/neutralise.ts';
import type { Transport } from '../transport.ts';
import { statusFailure } from './status-failure.ts';

/** Asks the API server what the operator may do; the typed client, over the same transport as everything else. */
export async function reviewAccess(
  transport: Transport,
  context: KubernetesContext,
  request: AccessRequest,
  options: ReadOptions & { readonly timeoutMs: number },
): Promise<AccessAnswer> {
  const api = new AuthorizationV1Api(
    createConfiguration({
      baseServer: new ServerConfiguration('http://cluster.invalid', {}),
      httpApi: wrapHttpLibrary({ send: (typed) => sendTyped(transport, context, typed, options) }),
    }),
  );
  const { verb, group, resource, subresource, namespace, name } = request;
  const resourceAttributes = {
    verb,
    group,
    resource,
    namespace: namespace ?? context.namespace,
    ...(subresource === undefined ? {} : { subresource }),
    ...(name === undefined ? {} : { name }),
  };
  const review = await api.createSelfSubjectAccessReview({ body: { spec: { resourceAttributes } } });
  const reason = review.status?.reason || review.status?.evaluationError;
  return { allowed: review.status?.allowed === true, ...(reason ? { reason: neutralise(reason) } : {}) };
}

async function sendTyped(
  transport: Transport,
  context: KubernetesContext,
  typed: RequestContext,
  options: ReadOptions & { readonly timeoutMs: number },
): Promise<ResponseContext> {
  const { pathname, search } = new URL(typed.getUrl());
  const response = await transport.send({
    method: typed.getHttpMethod() as 'POST',
    path: pathname + search,
    body: String(typed.getBody()),
    timeoutMs: options.timeoutMs,
    signal: options.signal,
  });
  if (response.status >= 300) {
    throw statusFailure(response, { verb: 'create', resource: 'selfsubjectaccessreviews' }, context);
  }
  const headers = { 'content-type': response.headers['content-type'] ?? 'application/json' };
  return new ResponseContext(response.status, headers, {
    text: async () => response.body.toString('utf8'),
    binary: async () => response.body,
    stream: () => new Blob([new Uint8Array(response.body)]).stream(),
  });
}
