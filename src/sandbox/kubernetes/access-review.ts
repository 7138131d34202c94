import { type ApiCall, type Cluster, json, type Reply } from './api-call.ts';
import { ApiError } from './api-error.ts';
import { bodyObject } from './body.ts';
import { isTree, type Tree } from './json.ts';
import { isKubernetesProtobuf, type Message, messageOf, readEnvelope, textOf } from './protobuf.ts';
import { authorize, groupsOf, type PathAttributes, type ResourceAttributes, rulesFor } from './rbac.ts';

const RESOURCE_FIELDS = ['namespace', 'verb', 'group', 'version', 'resource', 'subresource', 'name'];
const PATH_FIELDS = ['path', 'verb'];

/** A message whose fields are strings, numbered from 1 in this order. */
function strings(message: Message, names: readonly string[]): Tree {
  const entries = names.map((name, index) => [name, textOf(message, index + 1)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== ''));
}

/** The spec of a review: kubectl sends these in protobuf since 1.32, everyone else in JSON. */
function specOf(call: ApiCall): Tree {
  if (!isKubernetesProtobuf(call.body)) {
    const body = bodyObject(call);
    return isTree(body.spec) ? body.spec : {};
  }
  try {
    return specFromProtobuf(call.type.kind, call.body);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw ApiError.badRequest(`the object provided is unrecognized: ${error.message}`);
  }
}

function specFromProtobuf(kind: string, body: Buffer): Tree {
  const spec = messageOf(readEnvelope(body).message, 2);
  if (spec === undefined) return {};
  if (kind === 'SelfSubjectRulesReview') return strings(spec, ['namespace']);
  const resource = messageOf(spec, 1);
  const path = messageOf(spec, 2);
  return {
    ...(resource === undefined ? {} : { resourceAttributes: strings(resource, RESOURCE_FIELDS) }),
    ...(path === undefined ? {} : { nonResourceAttributes: strings(path, PATH_FIELDS) }),
  };
}

function askedIn(spec: Tree): ResourceAttributes | PathAttributes {
  const resource = spec.resourceAttributes;
  if (isTree(resource)) {
    const { verb = '', group = '', resource: name = '' } = resource;
    return { ...resource, verb: String(verb), group: String(group), resource: String(name) };
  }
  const path = spec.nonResourceAttributes;
  if (isTree(path)) return { verb: String(path.verb ?? ''), path: String(path.path ?? '') };
  throw ApiError.invalid('SelfSubjectAccessReview', 'authorization.k8s.io', '', [
    {
      reason: 'FieldValueInvalid',
      field: 'spec.resourceAttributes',
      message:
        'Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified',
    },
  ]);
}

function accessReview(cluster: Cluster, call: ApiCall, spec: Tree): Tree {
  const { allowed, reason } = authorize(cluster.store, call.user, askedIn(spec));
  return { allowed, ...(reason === '' ? {} : { reason }) };
}

function rulesReview(cluster: Cluster, call: ApiCall, spec: Tree): Tree {
  const rules = rulesFor(cluster.store, call.user, String(spec.namespace ?? ''));
  return {
    resourceRules: rules.filter((rule) => rule.resources !== undefined),
    nonResourceRules: rules
      .filter((rule) => rule.nonResourceURLs !== undefined)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: false,
  };
}

function selfReview(call: ApiCall): Tree {
  return { userInfo: { username: call.user.name, groups: groupsOf(call.user) } };
}

/** Answers the reviews that are created to be answered, and stored nowhere. */
export function createReview(cluster: Cluster, call: ApiCall): Reply {
  const { kind, group, version } = call.type;
  const spec = specOf(call);
  const status =
    kind === 'SelfSubjectAccessReview'
      ? accessReview(cluster, call, spec)
      : kind === 'SelfSubjectRulesReview'
        ? rulesReview(cluster, call, spec)
        : selfReview(call);
  const metadata = { creationTimestamp: null };
  return json(201, { kind, apiVersion: `${group}/${version}`, metadata, spec, status });
}
