import type { ApiCall, Cluster, Reply } from './api-call.ts';
import { ApiError } from './api-error.ts';
import { storageKey } from './resource-types.ts';
import type { StoredObject } from './store.ts';

interface Target {
  readonly scheme: 'http' | 'https';
  readonly name: string;
  readonly port?: string;
}

/** Reads `name`, `name:port` or `scheme:name:port`. */
function targetOf(text: string): Target {
  const parts = text.split(':');
  if (parts.length === 1) return { scheme: 'http', name: text };
  const [first = '', second = '', third] = parts;
  const [scheme, name, port] = third === undefined ? ['http', first, second] : [first, second, third];
  if ((scheme !== 'http' && scheme !== 'https') || name === '') {
    throw ApiError.badRequest(`invalid proxy request "${text}"`);
  }
  return { scheme, name, ...(port === '' || port === undefined ? {} : { port }) };
}

interface ServicePort {
  readonly name?: string;
  readonly port: number;
}

/** Without a port the API server looks for endpoints whose port has no name, and finds none where it has one. */
function checkServicePort(service: StoredObject, port: string | undefined, asked: string): void {
  const ports: readonly ServicePort[] = service.spec?.ports ?? [];
  if (port === undefined) {
    if (ports.some((item) => (item.name ?? '') === '')) return;
    throw ApiError.serviceUnavailable(`no endpoints available for service "${asked}"`);
  }
  if (ports.some((item) => item.name === port || String(item.port) === port)) return;
  throw ApiError.serviceUnavailable(`no service port "${port}" found for service "${service.metadata.name}"`);
}

/** `services/x:port/proxy/…` and `pods/x:port/proxy/…`, answered by the world's applications. */
export function proxyRequest(cluster: Cluster, call: ApiCall): Reply {
  const { scheme, name, port } = targetOf(call.name ?? '');
  const { namespace = '', type } = call;
  const object = cluster.store.get(storageKey(type), namespace, name);
  if (object === undefined) throw ApiError.notFound(type, name);
  if (type.resource === 'services') checkServicePort(object, port, call.name ?? '');
  const search = call.query.toString();
  const answer = cluster.world.proxy.request({
    through: type.resource === 'services' ? 'services' : 'pods',
    namespace,
    name,
    ...(port === undefined ? {} : { port }),
    scheme,
    method: call.method,
    path: (call.proxyPath ?? '/') + (search === '' ? '' : `?${search}`),
  });
  return {
    kind: 'text',
    code: answer.status,
    text: answer.body,
    ...(answer.headers === undefined ? {} : { headers: answer.headers }),
    ...(answer.delayMs === undefined ? {} : { delayMs: answer.delayMs }),
  };
}
