import type { Cluster } from './api-call.ts';
import { ApiError } from './api-error.ts';
import type { Tree } from './json.ts';
import { mediaRanges } from './negotiate.ts';
import { groupVersionOf, minorVersion, type ResourceType, type SubresourceType } from './resource-types.ts';

/** First minor versions that answer aggregated discovery, by its version. */
const AGGREGATED_SINCE: Readonly<Record<string, number>> = { v2beta1: 26, v2: 30 };

export interface DiscoveryAnswer {
  readonly contentType: string;
  readonly body: Tree;
}

/** The aggregated version that the caller accepts first and the server has; undefined for the older form. */
function aggregatedVersion(accept: string | undefined, minor: number): string | undefined {
  for (const { parameters } of mediaRanges(accept)) {
    if (parameters.get('as') !== 'APIGroupDiscoveryList') continue;
    const version = parameters.get('v') ?? '';
    if (minor >= (AGGREGATED_SINCE[version] ?? Number.POSITIVE_INFINITY)) return version;
  }
  return undefined;
}

function groupsOf(types: readonly ResourceType[]): Map<string, ResourceType[]> {
  return Map.groupBy(types, (type) => type.group);
}

function versionsOf(types: readonly ResourceType[]): Map<string, ResourceType[]> {
  return Map.groupBy(types, (type) => type.version);
}

function aggregatedSubresource(type: ResourceType, sub: SubresourceType): Tree {
  return {
    subresource: sub.name,
    responseKind: { group: sub.group ?? type.group, version: sub.version ?? type.version, kind: sub.kind },
    verbs: sub.verbs,
  };
}

function aggregatedResource(type: ResourceType): Tree {
  return {
    resource: type.resource,
    responseKind: { group: type.group, version: type.version, kind: type.kind },
    scope: type.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: type.singular,
    verbs: type.verbs,
    ...(type.shortNames.length === 0 ? {} : { shortNames: type.shortNames }),
    ...(type.categories.length === 0 ? {} : { categories: type.categories }),
    ...(type.subresources.length === 0
      ? {}
      : { subresources: type.subresources.map((sub) => aggregatedSubresource(type, sub)) }),
  };
}

function aggregatedGroup(name: string, types: readonly ResourceType[]): Tree {
  return {
    metadata: { ...(name === '' ? {} : { name }), creationTimestamp: null },
    versions: [...versionsOf(types)].map(([version, own]) => ({
      version,
      resources: own.map(aggregatedResource),
      freshness: 'Current',
    })),
  };
}

function apiGroup(name: string, types: readonly ResourceType[]): Tree {
  const versions = [...versionsOf(types).keys()].map((version) => ({
    groupVersion: `${name}/${version}`,
    version,
  }));
  return { name, versions, preferredVersion: versions[0] };
}

function plainResources(type: ResourceType): Tree[] {
  const common = { singularName: '', namespaced: type.namespaced };
  return [
    {
      name: type.resource,
      singularName: type.singular,
      namespaced: type.namespaced,
      kind: type.kind,
      verbs: type.verbs,
      ...(type.shortNames.length === 0 ? {} : { shortNames: type.shortNames }),
      ...(type.categories.length === 0 ? {} : { categories: type.categories }),
    },
    ...type.subresources.map((sub) => ({
      ...common,
      name: `${type.resource}/${sub.name}`,
      ...(sub.group === undefined ? {} : { group: sub.group }),
      ...(sub.version === undefined ? {} : { version: sub.version }),
      kind: sub.kind,
      verbs: sub.verbs,
    })),
  ];
}

function resourceList(groupVersion: string, types: readonly ResourceType[]): Tree {
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion,
    resources: types.flatMap(plainResources),
  };
}

function coreVersions(host: string): Tree {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: host }],
  };
}

/** Answers `/api`, `/apis` and what is below them but above the resources. Throws ApiError NotFound. */
export function discover(
  cluster: Cluster,
  path: string,
  accept: string | undefined,
  host: string,
): DiscoveryAnswer {
  const contentType = 'application/json';
  const [root, ...rest] = path.replace(/\/$/, '').slice(1).split('/');
  const isCore = root === 'api';
  const inRoot = cluster.types.filter((type) => (type.group === '') === isCore);
  if (rest.length === 0) {
    const version = aggregatedVersion(accept, minorVersion(cluster.version));
    if (version === undefined) {
      const groups = [...groupsOf(inRoot)].map(([name, own]) => apiGroup(name, own));
      const body = isCore ? coreVersions(host) : { kind: 'APIGroupList', apiVersion: 'v1', groups };
      return { contentType, body };
    }
    return {
      contentType: `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
      body: {
        kind: 'APIGroupDiscoveryList',
        apiVersion: `apidiscovery.k8s.io/${version}`,
        metadata: {},
        items: [...groupsOf(inRoot)].map(([name, own]) => aggregatedGroup(name, own)),
      },
    };
  }
  const name = rest.join('/');
  const own = inRoot.filter((type) => groupVersionOf(type) === name);
  if (own.length > 0) return { contentType, body: resourceList(name, own) };
  const group = inRoot.filter((type) => type.group === name);
  if (isCore || group.length === 0) throw ApiError.noSuchPath();
  return { contentType, body: { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(name, group) } };
}
