import { PortFailure } from '../../ports/failure.ts';
import type {
  KubeObject,
  KubernetesContext,
  PatchRequest,
  PatchType,
  ReadOptions,
} from '../../ports/kubernetes.ts';
import type { Transport } from '../transport.ts';
import type { Discovery } from './discovery.ts';
import { lastWriter } from './last-writer.ts';
import { resourcePath, withQuery } from './paths.ts';
import { type Subject, statusFailure } from './status-failure.ts';
import { parseJson } from './wire.ts';

const CONTENT_TYPES: Readonly<Record<PatchType, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
};
/** Who changed it is worth a moment, no more. */
const LOOK_BACK_MS = 2_000;

export interface Patching {
  readonly transport: Transport;
  readonly discovery: Discovery;
  readonly context: KubernetesContext;
  readonly timeoutMs: number;
}

/** One PATCH, sent once. A conflict is told with who was faster, when the object says so. */
export async function sendPatch(
  patching: Patching,
  request: PatchRequest,
  dryRun: boolean,
  options: ReadOptions,
): Promise<KubeObject> {
  const { transport, discovery, context } = patching;
  const { target, type, patch, fieldManager = 'rollbook' } = request;
  const served = await discovery.require(target, options);
  const namespace = target.namespace ?? context.namespace;
  const path = resourcePath(served, { namespace, name: target.name, subresource: target.subresource });
  const response = await transport.send({
    method: 'PATCH',
    path: withQuery(path, { fieldManager, fieldValidation: 'Strict', dryRun: dryRun ? 'All' : undefined }),
    contentType: CONTENT_TYPES[type],
    body: JSON.stringify(patch),
    timeoutMs: options.timeoutMs ?? patching.timeoutMs,
    signal: options.signal,
  });
  const subject: Subject = {
    verb: 'patch',
    resource: target.subresource ? `${target.resource}/${target.subresource}` : target.resource,
    name: target.name,
    namespace: served.namespaced ? namespace : undefined,
    hasTests: type === 'json' && hasTests(request),
  };
  if (response.status < 300) return parseJson(response, subject) as KubeObject;
  const failure = statusFailure(response, subject, context);
  throw failure.reason === 'conflict'
    ? await withLastWriter(
        failure,
        transport,
        resourcePath(served, { namespace, name: target.name }),
        options,
      )
    : failure;
}

function hasTests({ patch }: PatchRequest): boolean {
  return Array.isArray(patch) && patch.some((each) => (each as { op?: unknown } | null)?.op === 'test');
}

async function withLastWriter(
  failure: PortFailure,
  transport: Transport,
  path: string,
  options: ReadOptions,
): Promise<PortFailure> {
  try {
    const response = await transport.send({
      method: 'GET',
      path,
      timeoutMs: LOOK_BACK_MS,
      signal: options.signal,
      retry: false,
    });
    const writer =
      response.status === 200
        ? lastWriter(parseJson(response, { verb: 'get', resource: '' }) as KubeObject)
        : undefined;
    if (writer === undefined) return failure;
    const { message, reason, next, status } = failure;
    return new PortFailure(`${message.replace(/\.$/, '')}; ${writer}.`, {
      reason,
      next,
      status,
      cause: failure,
    });
  } catch {
    // the conflict is the news; that nobody could be named is not
    return failure;
  }
}
