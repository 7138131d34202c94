import { PortFailure } from '../../ports/failure.ts';
import type { KubernetesContext, ProxyRequest, ProxyResponse, ReadOptions } from '../../ports/kubernetes.ts';
import { neutralise } from '../../prose/neutralise.ts';
import type { ApiResponse, Transport } from '../transport.ts';
import { segment } from './paths.ts';
import { type Subject, statusFailure, statusOf } from './status-failure.ts';

const MAX_BYTES = 256 * 1024;

/** A GET through the API server to a pod or a Service's endpoint. What the target answers is the response, whatever it is. */
export async function getThroughProxy(
  transport: Transport,
  context: KubernetesContext,
  request: ProxyRequest,
  options: ReadOptions,
): Promise<ProxyResponse> {
  const { through, name, port, scheme, timeoutMs } = request;
  const namespace = request.namespace ?? context.namespace;
  const started = performance.now();
  const response = await transport.send({
    method: 'GET',
    path: `/api/v1/namespaces/${segment(namespace)}/${through}/${target(name, port, scheme)}/proxy${absolute(request.path)}`,
    accept: '*/*',
    timeoutMs: options.timeoutMs ?? timeoutMs,
    signal: options.signal,
    maxBytes: MAX_BYTES,
    retry: false,
  });
  const subject: Subject = { verb: 'get', resource: `${through}/proxy`, name, namespace };
  const failure = ownFailure(response, subject, context);
  if (failure !== undefined) throw failure;
  return {
    status: response.status,
    body: response.body.toString('utf8'),
    durationMs: performance.now() - started,
  };
}

/** `https:web:8443`, with the parts that are given. */
function target(name: string, port: string | number | undefined, scheme: string | undefined): string {
  const parts = [...(scheme === undefined ? [] : [scheme]), segment(name)];
  if (port !== undefined || scheme !== undefined)
    parts.push(port === undefined ? '' : encodeURIComponent(port));
  return parts.join(':');
}

/** Keeps the path inside the proxy: no dots that would climb out of it. */
function absolute(path: string): string {
  const url = new URL(path.startsWith('/') ? path : `/${path}`, 'http://target.invalid');
  return url.pathname + url.search;
}

const UNREACHABLE = /^(error trying to reach service|no endpoints available|dial tcp)/;

/** The API server speaks for itself in a Status; everything else came from the target. */
function ownFailure(
  response: ApiResponse,
  subject: Subject,
  context: KubernetesContext,
): PortFailure | undefined {
  if (response.status < 400) return undefined;
  const status = statusOf(response.body);
  const own = status !== undefined && status.code === response.status;
  const said = own ? (status.message ?? '') : response.body.toString('utf8', 0, 400);
  if ((own && response.status === 503) || (response.status >= 502 && UNREACHABLE.test(said))) {
    const what = `${subject.resource.replace('s/proxy', '')}/${neutralise(subject.name ?? '')}`;
    return new PortFailure(`The API server reached nothing behind ${what}: ${neutralise(said).trim()}.`, {
      reason: 'refused',
      status: response.status,
      next: 'Look whether its pods are ready, and whether the port is the right one.',
    });
  }
  return own ? statusFailure(response, subject, context) : undefined;
}
