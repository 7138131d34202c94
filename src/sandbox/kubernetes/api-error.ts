export interface StatusCause {
  readonly reason?: string;
  readonly message: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** What a type is called in messages: `deployments.apps` needs both, and kind for validation. */
export interface TypeName {
  readonly group: string;
  readonly resource: string;
}

/** `deployments.apps`, or `pods` for the core group. */
export function qualifiedResource(type: TypeName): string {
  return type.group === '' ? type.resource : `${type.resource}.${type.group}`;
}

function detailsOf(type: TypeName, name: string): StatusDetails {
  return { name, ...(type.group === '' ? {} : { group: type.group }), kind: type.resource };
}

/** A failure as the API server tells it: a Status object with an HTTP code. */
export class ApiError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails | undefined;

  constructor(code: number, reason: string, message: string, details?: StatusDetails) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  /** The Status object of the wire. */
  toStatus(): { code: number; [field: string]: unknown } {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      ...(this.reason === '' ? {} : { reason: this.reason }),
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    };
  }

  static badRequest(message: string): ApiError {
    return new ApiError(400, 'BadRequest', message);
  }

  static unauthorized(): ApiError {
    return new ApiError(401, 'Unauthorized', 'Unauthorized');
  }

  static forbidden(message: string, details: StatusDetails): ApiError {
    return new ApiError(403, 'Forbidden', message, details);
  }

  static notFound(type: TypeName, name: string): ApiError {
    return new ApiError(
      404,
      'NotFound',
      `${qualifiedResource(type)} "${name}" not found`,
      detailsOf(type, name),
    );
  }

  /** No such path or type on this server. */
  static noSuchPath(): ApiError {
    return new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});
  }

  static methodNotAllowed(): ApiError {
    return new ApiError(
      405,
      'MethodNotAllowed',
      'the server does not allow this method on the requested resource',
      {},
    );
  }

  static alreadyExists(type: TypeName, name: string): ApiError {
    return new ApiError(
      409,
      'AlreadyExists',
      `${qualifiedResource(type)} "${name}" already exists`,
      detailsOf(type, name),
    );
  }

  static conflict(
    type: TypeName,
    name: string,
    why = 'the object has been modified; please apply your changes to the latest version and try again',
  ): ApiError {
    return new ApiError(
      409,
      'Conflict',
      `Operation cannot be fulfilled on ${qualifiedResource(type)} "${name}": ${why}`,
      detailsOf(type, name),
    );
  }

  /** The history does not reach back to the asked resourceVersion. */
  static expired(asked: number, oldest: number): ApiError {
    return new ApiError(410, 'Expired', `too old resource version: ${asked} (${oldest})`);
  }

  static unsupportedMediaType(message: string, details?: StatusDetails): ApiError {
    return new ApiError(415, 'UnsupportedMediaType', message, details);
  }

  /** `Deployment.apps "x" is invalid: spec.replicas: Invalid value: -1: must be …`. */
  static invalid(kind: string, group: string, name: string, causes: readonly StatusCause[]): ApiError {
    const lines = causes.map((cause) => `${cause.field ?? ''}: ${cause.message}`);
    const list = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
    const type = group === '' ? kind : `${kind}.${group}`;
    return new ApiError(422, 'Invalid', `${type} "${name}" is invalid: ${list}`, {
      ...(name === '' ? {} : { name }),
      ...(group === '' ? {} : { group }),
      kind,
      causes,
    });
  }

  static internal(message: string): ApiError {
    return new ApiError(500, 'InternalError', `Internal error occurred: ${message}`, {
      causes: [{ message }],
    });
  }

  static notImplemented(message: string): ApiError {
    return new ApiError(501, 'NotImplemented', message);
  }

  static serviceUnavailable(message: string): ApiError {
    return new ApiError(503, 'ServiceUnavailable', message);
  }
}
