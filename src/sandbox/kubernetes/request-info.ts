import { ApiError } from './api-error.ts';
import { groupVersionOf, type ResourceType } from './resource-types.ts';
import type { RequestAttributes } from './world-interfaces.ts';

/** A request to a resource, read from its method and path. */
export interface ResourceRequest {
  readonly verb: string;
  readonly type: ResourceType;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  /** What comes after `/proxy`, starting with '/'. */
  readonly proxyPath?: string;
}

const VERBS: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Whether the caller asked for a watch, as the query says it. */
function asksToWatch(query: URLSearchParams): boolean {
  const watch = query.get('watch');
  return watch === 'true' || watch === '1';
}

interface PathParts {
  readonly groupVersion: string;
  readonly rest: readonly string[];
}

function splitGroupVersion(segments: readonly string[]): PathParts | undefined {
  const [root, first, second] = segments;
  if (root === 'api' && first !== undefined) return { groupVersion: first, rest: segments.slice(2) };
  if (root === 'apis' && first !== undefined && second !== undefined) {
    return { groupVersion: `${first}/${second}`, rest: segments.slice(3) };
  }
  return undefined;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw ApiError.badRequest(`the path segment "${segment}" is not percent-encoded as it should be`);
  }
}

/** Takes the namespace off the front, where the path has one that is not the namespace object itself. */
function splitNamespace(rest: readonly string[]): { namespace?: string; rest: readonly string[] } {
  const [first, namespace, resource] = rest;
  if (first !== 'namespaces' || namespace === undefined || resource === undefined) return { rest };
  if (resource === 'status' || resource === 'finalize') return { rest };
  return { namespace, rest: rest.slice(2) };
}

/**
 * Reads `/apis/apps/v1/namespaces/ns/deployments/x/scale`; undefined when the path is of no resource.
 * Throws ApiError NotFound for a type that is not served, MethodNotAllowed for a verb it does not have.
 */
export function readResourceRequest(
  method: string,
  path: string,
  query: URLSearchParams,
  types: readonly ResourceType[],
): ResourceRequest | undefined {
  const segments = path.slice(1).split('/').map(decodeSegment);
  const split = splitGroupVersion(segments);
  if (split === undefined || split.rest.length === 0) return undefined;
  const { namespace, rest } = splitNamespace(split.rest);
  const [resource, name, subresource, ...further] = rest;
  const type = types.find(
    (item) => item.resource === resource && groupVersionOf(item) === split.groupVersion,
  );
  if (type === undefined || (namespace !== undefined && !type.namespaced)) throw ApiError.noSuchPath();
  if (name !== undefined && type.namespaced && namespace === undefined) throw ApiError.noSuchPath();
  const served = subresource === undefined ? type : type.subresources.find((sub) => sub.name === subresource);
  if (served === undefined || (further.length > 0 && subresource !== 'proxy')) throw ApiError.noSuchPath();
  const verb = verbOf(method, name, query);
  const needsName = verb === 'update' || verb === 'patch';
  if (verb === undefined || !served.verbs.includes(verb) || (needsName && name === undefined))
    throw ApiError.methodNotAllowed();
  // The namespace object is in itself, as far as authorization goes.
  const scope = type.group === '' && type.resource === 'namespaces' ? name : namespace;
  return {
    verb,
    type,
    ...(scope === undefined ? {} : { namespace: scope }),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
    ...(subresource === 'proxy' ? { proxyPath: `/${further.map(encodeURIComponent).join('/')}` } : {}),
  };
}

function verbOf(method: string, name: string | undefined, query: URLSearchParams): string | undefined {
  const verb = VERBS[method];
  if (verb === 'get' && name === undefined) return asksToWatch(query) ? 'watch' : 'list';
  if (verb === 'get' && asksToWatch(query)) return 'watch';
  if (verb === 'delete' && name === undefined) return 'deletecollection';
  return verb;
}

/** The request as authorization and the fault gate see it. */
export function attributesOf(request: ResourceRequest, user: string, dryRun: boolean): RequestAttributes {
  return {
    user,
    verb: request.verb,
    group: request.type.group,
    resource: request.type.resource,
    ...(request.subresource === undefined ? {} : { subresource: request.subresource }),
    ...(request.namespace === undefined ? {} : { namespace: request.namespace }),
    ...(request.name === undefined ? {} : { name: request.name }),
    dryRun,
  };
}
