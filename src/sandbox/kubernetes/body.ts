import type { ApiCall } from './api-call.ts';
import { ApiError } from './api-error.ts';
import { isTree, type Tree } from './json.ts';
import { isKubernetesProtobuf } from './protobuf.ts';
import { objectFromProtobuf } from './protobuf-object.ts';

const ACCEPTED = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
const READABLE = ['', 'application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

/**
 * The JSON value of a body; YAML only where it is not JSON already, as what kubectl applies is.
 * Undefined for an empty body and for a kind unknown in protobuf. Throws ApiError BadRequest.
 */
export async function parseBody(contentType: string, body: Buffer): Promise<unknown> {
  if (body.length === 0) return undefined;
  if (isKubernetesProtobuf(body)) return fromProtobuf(body);
  const text = body.toString('utf8');
  const isYaml = contentType.includes('yaml') && !/^\s*[[{]/.test(text);
  try {
    return isYaml ? (await import('yaml')).parse(text) : JSON.parse(text);
  } catch (error) {
    throw ApiError.badRequest(`the object provided is unrecognized: ${(error as Error).message}`);
  }
}

function fromProtobuf(body: Buffer): unknown {
  try {
    return objectFromProtobuf(body);
  } catch (error) {
    throw ApiError.badRequest(`the object provided is unrecognized: ${(error as Error).message}`);
  }
}

/** The call's body as an object. Throws ApiError for a kind that the sandbox cannot read in protobuf. */
export function bodyObject(call: ApiCall): Tree {
  const isReadable = call.verb === 'patch' || READABLE.includes(call.contentType);
  const isUnknown = call.document === undefined && isKubernetesProtobuf(call.body);
  if (!isReadable || isUnknown) {
    throw ApiError.unsupportedMediaType(
      `the body of the request was in an unknown format - accepted media types include: ${ACCEPTED}`,
    );
  }
  if (!isTree(call.document)) {
    throw ApiError.badRequest('the object provided is unrecognized: expected a JSON object');
  }
  return call.document;
}
