import type { Cluster } from './api-call.ts';
import { ApiError } from './api-error.ts';
import { type DiscoveryAnswer, discover } from './discovery.ts';
import type { Tree } from './json.ts';
import { openApi } from './openapi.ts';
import { minorVersion } from './resource-types.ts';

/** Not a real commit or build: the sandbox says what it is to those who look closely. */
function versionInfo(version: string): Tree {
  return {
    major: '1',
    minor: String(minorVersion(version)),
    gitVersion: version,
    gitCommit: '0000000000000000000000000000000000000000',
    gitTreeState: 'clean',
    buildDate: '2025-01-01T00:00:00Z',
    goVersion: 'go1.24.0',
    compiler: 'gc',
    platform: 'linux/amd64',
  };
}

export type GeneralAnswer = DiscoveryAnswer | { readonly text: string };

/** Answers the paths that are of no resource: version, health, discovery, OpenAPI. Throws ApiError NotFound. */
export function generalPath(
  cluster: Cluster,
  path: string,
  accept: string | undefined,
  host: string,
): GeneralAnswer {
  const contentType = 'application/json';
  if (path === '/version' || path === '/version/') return { contentType, body: versionInfo(cluster.version) };
  if (/^\/(healthz|livez|readyz)(\/|$)/.test(path)) return { text: 'ok' };
  if (/^\/apis?(\/|$)/.test(path)) return discover(cluster, path, accept, host);
  if (path.startsWith('/openapi/v3')) return { contentType, body: openApi(cluster, path) };
  throw ApiError.noSuchPath();
}
