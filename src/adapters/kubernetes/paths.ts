import { PortFailure } from '../../ports/failure.ts';

export interface ServedResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespaced: boolean;
}

/** `/apis/apps/v1/namespaces/shop/deployments/web/scale` */
export function resourcePath(
  served: ServedResource,
  at: {
    readonly namespace: string;
    readonly name?: string | undefined;
    readonly subresource?: string | undefined;
  },
): string {
  const root = served.group === '' ? `/api/${served.version}` : `/apis/${served.group}/${served.version}`;
  const parts = [
    root,
    ...(served.namespaced ? ['namespaces', segment(at.namespace)] : []),
    served.resource,
    ...(at.name === undefined ? [] : [segment(at.name)]),
    ...(at.subresource ? [at.subresource] : []),
  ];
  return parts.join('/');
}

/** Parameters that are undefined are left out. */
export function withQuery(
  path: string,
  parameters: Readonly<Record<string, string | number | boolean | undefined>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) query.set(name, String(value));
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** A name that would lead elsewhere in the API is refused; no object can have it. */
export function segment(name: string): string {
  if (name === '' || name === '.' || name === '..' || /[/%]/.test(name)) {
    throw new PortFailure(`"${name}" cannot be the name of anything in a cluster.`, {
      reason: 'invalid',
      next: 'Correct the name in the runbook or its inputs.',
    });
  }
  return encodeURIComponent(name);
}
