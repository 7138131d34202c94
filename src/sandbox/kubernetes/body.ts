import type { ApiCall } from './api-call.ts';
import { ApiError } from './api-error.ts';
import { isTree, type Tree } from './json.ts';
import { isKubernetesProtobuf } from './protobuf.ts';

const ACCEPTED = 'application/json, application/yaml';

/**
 * The JSON value of a body; YAML only where it is not JSON already, as what kubectl applies is.
 * Undefined for an empty body and for protobuf. Throws ApiError BadRequest.
 */
export async function parseBody(contentType: string, body: Buffer): Promise<unknown> {
  if (body.length === 0 || isKubernetesProtobuf(body)) return undefined;
  const text = body.toString('utf8');
  const isYaml = contentType.includes('yaml') && !/^\s*[[{]/.test(text);
  try {
    return isYaml ? (await import('yaml')).parse(text) : JSON.parse(text);
  } catch (error) {
    throw ApiError.badRequest(`the object provided is unrecognized: ${(error as Error).message}`);
  }
}

/** The call's body as an object. Throws ApiError for protobuf, which only reviews may come in. */
export function bodyObject(call: ApiCall): Tree {
  if (isKubernetesProtobuf(call.body)) {
    throw ApiError.unsupportedMediaType(
      `the body of the request was in an unknown format - accepted media types include: ${ACCEPTED}`,
    );
  }
  if (!isTree(call.document)) {
    throw ApiError.badRequest('the object provided is unrecognized: expected a JSON object');
  }
  return call.document;
}
