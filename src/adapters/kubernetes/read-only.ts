import { PortFailure } from '../../ports/failure.ts';
import type { ApiRequest, Transport } from '../transport.ts';

const ACCESS_REVIEW_PATH = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

/** A transport over which nothing can be changed, whoever holds it and whatever is asked of it. */
export function readOnly(transport: Transport): Transport {
  return {
    send: async (request) => transport.send(harmless(request)),
    open: async (request) => transport.open(harmless(request)),
  };
}

function harmless(request: ApiRequest): ApiRequest {
  if (changesNothing(request)) return request;
  throw new PortFailure(
    `Refused here: this connection to the cluster can only read, and ${request.method} writes.`,
    {
      reason: 'read-only',
      next: 'Preview and planning never write; run the runbook to perform its steps.',
    },
  );
}

function changesNothing({ method, path }: ApiRequest): boolean {
  const url = new URL(path, 'http://cluster.invalid');
  switch (method) {
    case 'GET':
    case 'HEAD':
      return !upgrades(url.pathname);
    case 'POST':
      return path === ACCESS_REVIEW_PATH;
    case 'PATCH':
      return url.searchParams.getAll('dryRun').join() === 'All';
    case 'DELETE':
      return false;
  }
}

/** Commands run by a GET that upgrades: exec, attach, port-forward. */
function upgrades(path: string): boolean {
  return /\/pods\/[^/]+\/(exec|attach|portforward)$/.test(path);
}
