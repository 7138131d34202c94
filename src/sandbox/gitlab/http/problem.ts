import { ForgeRefusal } from '../forge-refusal.ts';

/** An answer that is not what was asked for, in GitLab's words. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(status: number, body: Readonly<Record<string, unknown>>) {
    super(JSON.stringify(body));
    this.name = 'ApiProblem';
    this.status = status;
    this.body = body;
  }
}

export function badRequest(message: string, rest: Readonly<Record<string, unknown>> = {}): ApiProblem {
  return new ApiProblem(400, { message, ...rest });
}

/** A parameter that is missing or of the wrong form: the sentence stands under `error`. */
export function invalidParameter(error: string): ApiProblem {
  return new ApiProblem(400, { error });
}

export function unauthorized(): ApiProblem {
  return new ApiProblem(401, { message: '401 Unauthorized' });
}

export function forbidden(reason?: string): ApiProblem {
  return new ApiProblem(403, { message: `403 Forbidden${reason === undefined ? '' : ` - ${reason}`}` });
}

/** `notFound('Branch')` says `404 Branch Not Found`. */
export function notFound(what?: string): ApiProblem {
  return new ApiProblem(404, { message: what === undefined ? '404 Not found' : `404 ${what} Not Found` });
}

export function methodNotAllowed(): ApiProblem {
  return new ApiProblem(405, { message: '405 Method Not Allowed' });
}

/** What any error looks like to a client. */
export function problemResponse(error: unknown, onError: (error: unknown) => void): Response {
  if (error instanceof ApiProblem) return Response.json(error.body, { status: error.status });
  if (error instanceof ForgeRefusal) return Response.json({ message: error.detail }, { status: error.code });
  onError(error);
  return Response.json({ message: '500 Internal Server Error' }, { status: 500 });
}
