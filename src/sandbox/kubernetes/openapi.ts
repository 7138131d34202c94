import type { Cluster } from './api-call.ts';
import { ApiError } from './api-error.ts';
import type { Tree } from './json.ts';
import { groupVersionOf, minorVersion, type ResourceType, storageKey } from './resource-types.ts';
import { schemaOf } from './schema/kinds.ts';
import type { ListSchema, Schema } from './schema/schema.ts';

/** OpenAPI v3 came with 1.24. */
const SINCE = 24;

function listExtensions(schema: ListSchema): Tree {
  if (schema.set === true) {
    return { 'x-kubernetes-list-type': 'set', 'x-kubernetes-patch-strategy': 'merge' };
  }
  return {
    'x-kubernetes-list-type': schema.keys === undefined ? 'atomic' : 'map',
    ...(schema.keys === undefined ? {} : { 'x-kubernetes-list-map-keys': schema.keys }),
    ...(schema.mergeKey === undefined
      ? {}
      : { 'x-kubernetes-patch-merge-key': schema.mergeKey, 'x-kubernetes-patch-strategy': 'merge' }),
  };
}

function published(schema: Schema): Tree {
  switch (schema.type) {
    case 'object':
      return {
        type: 'object',
        properties: Object.fromEntries(
          Object.entries(schema.fields).map(([field, own]) => [field, publishedField(own)]),
        ),
        ...(schema.atomic === true ? { 'x-kubernetes-map-type': 'atomic' } : {}),
      };
    case 'map':
      return {
        type: 'object',
        additionalProperties: published(schema.of),
        ...(schema.atomic === true ? { 'x-kubernetes-map-type': 'atomic' } : {}),
      };
    case 'list':
      return { type: 'array', items: published(schema.of), ...listExtensions(schema) };
    case 'int-or-string':
      return { oneOf: [{ type: 'integer' }, { type: 'string' }], format: 'int-or-string' };
    case 'quantity':
      return { oneOf: [{ type: 'string' }, { type: 'number' }] };
    case 'any':
      return { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    default:
      return { type: schema.type };
  }
}

/** `retainKeys` is said of the field, not of its type. */
function publishedField(schema: Schema): Tree {
  const own = published(schema);
  if (schema.type === 'object' && schema.retainKeys === true) {
    return { ...own, 'x-kubernetes-patch-strategy': 'retainKeys' };
  }
  if (schema.type === 'list' && schema.of.type === 'object' && schema.of.retainKeys === true) {
    return { ...own, 'x-kubernetes-patch-strategy': 'merge,retainKeys' };
  }
  return own;
}

function componentName(type: ResourceType): string {
  const group = type.group === '' ? 'core' : type.group.split('.')[0];
  return `io.k8s.api.${group}.${type.version}.${type.kind}`;
}

function gvkOf(type: ResourceType): Tree {
  return { group: type.group, version: type.version, kind: type.kind };
}

const QUERY = { in: 'query', schema: { type: 'string', uniqueItems: true } };
const WRITE_PARAMETERS = ['dryRun', 'fieldManager', 'fieldValidation'].map((name) => ({ ...QUERY, name }));

function operation(type: ResourceType, action: string, parameters: readonly unknown[] = []): Tree {
  return {
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvkOf(type),
    parameters,
    responses: {
      200: {
        description: 'OK',
        content: { 'application/json': { schema: { $ref: `#/components/schemas/${componentName(type)}` } } },
      },
    },
  };
}

function pathsOf(type: ResourceType): Tree {
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${groupVersionOf(type)}`;
  const collection = `${root}${type.namespaced ? '/namespaces/{namespace}' : ''}/${type.resource}`;
  if (!type.verbs.includes('get'))
    return { [collection]: { post: operation(type, 'post', WRITE_PARAMETERS) } };
  return {
    [collection]: {
      get: operation(type, 'list'),
      post: operation(type, 'post', WRITE_PARAMETERS),
    },
    [`${collection}/{name}`]: {
      get: operation(type, 'get'),
      put: operation(type, 'put', WRITE_PARAMETERS),
      patch: operation(type, 'patch', [...WRITE_PARAMETERS, { ...QUERY, name: 'force' }]),
      delete: operation(type, 'delete', [{ ...QUERY, name: 'dryRun' }]),
    },
  };
}

function document(cluster: Cluster, types: readonly ResourceType[]): Tree {
  const schemas = types.map((type) => [
    componentName(type),
    { ...published(schemaOf(storageKey(type))), 'x-kubernetes-group-version-kind': [gvkOf(type)] },
  ]);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: cluster.version },
    paths: Object.assign({}, ...types.map(pathsOf)),
    components: { schemas: Object.fromEntries(schemas) },
  };
}

function documentPath(type: ResourceType): string {
  return `${type.group === '' ? 'api' : 'apis'}/${groupVersionOf(type)}`;
}

/** Answers `/openapi/v3` and the document of each group-version below it. Throws ApiError NotFound. */
export function openApi(cluster: Cluster, path: string): Tree {
  if (minorVersion(cluster.version) < SINCE) throw ApiError.noSuchPath();
  const byPath = Map.groupBy(cluster.types, documentPath);
  if (path === '/openapi/v3') {
    const paths = [...byPath.keys()].map((own) => [
      own,
      { serverRelativeURL: `/openapi/v3/${own}?hash=${cluster.version}` },
    ]);
    return { paths: Object.fromEntries(paths) };
  }
  const types = byPath.get(path.slice('/openapi/v3/'.length));
  if (types === undefined) throw ApiError.noSuchPath();
  return document(cluster, types);
}
