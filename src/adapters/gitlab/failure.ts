import { PortFailure } from '../../ports/failure.ts';
import { neutralise } from '../../prose/neutralise.ts';
import { askedToWaitMs } from '../retrying.ts';
import type { ApiResponse } from '../transport.ts';
import type { Connection } from './connection.ts';
import { errorBody } from './error-body.ts';
import { byMessage } from './known-messages.ts';
import { because, type Explained, ended, type Subject, type Told } from './telling.ts';

interface Asked extends Pick<Connection, 'host' | 'clock'> {
  /** A token was sent. */
  readonly authorized: boolean;
}

/** Turns an answer other than 2xx into a sentence: what was refused, to whom, and what to do. */
export function gitlabFailure(
  response: Pick<ApiResponse, 'status' | 'headers' | 'body'>,
  subject: Subject,
  { host, clock, authorized }: Asked,
): PortFailure {
  const { status, headers } = response;
  const now = clock.now();
  const body = errorBody(response.body);
  const waitMs = askedToWaitMs(response, now);
  const location = headers.location;
  const told: Told = { subject, host, authorized, status, body, said: body.said, waitMs, now };
  const { message, next, ...details } =
    location !== undefined && status < 400
      ? moved(told, location)
      : (byMessage(told) ?? (BY_STATUS[status] ?? other)(told));
  return new PortFailure(neutralise(message), {
    ...details,
    next: next === undefined ? undefined : neutralise(next),
    status,
    retryAfterMs: status === 429 || status === 503 ? waitMs : undefined,
  });
}

const BY_STATUS: Readonly<Record<number, (told: Told) => Explained>> = {
  400: refusedAsInvalid,
  401: ({ host, subject, body, authorized }) => {
    if (!authorized)
      return {
        reason: 'unauthorized',
        message: `GitLab at ${host} wants a token to ${subject.act}; none is configured.`,
        next: 'Make one (scope api; read_api for a preview) and give it: GITLAB_TOKEN, or token-file or token-command in rollbook.yaml.',
      };
    const why = body.description ?? '';
    return {
      reason: 'unauthorized',
      message: /expired|revoked/i.test(why)
        ? `GitLab at ${host} no longer accepts the token: ${ended(why)}`
        : `GitLab at ${host} did not accept the token when asked to ${subject.act}.`,
      next: 'Make a new token (scope api; read_api for a preview) and give it: GITLAB_TOKEN, or token-file or token-command in rollbook.yaml.',
    };
  },
  403: ({ subject, host, said }) => ({
    reason: 'forbidden',
    message: `The user of the token may not ${subject.act}${because(said.replace(/^403 Forbidden( - )?/, ''))}`,
    next: `Ask for the Developer role${subject.project === undefined ? ` at ${host}` : ` in ${subject.project}`}, or use a token of someone who has it.`,
  }),
  404: ({ subject, authorized }) => ({
    reason: 'not-found',
    message: `There is no ${subject.thing}, or ${authorized ? 'the token may not see it' : 'it is not public'}.`,
    next: authorized
      ? 'Check the name, and that the user of the token is a member of the project.'
      : 'Check the name; give a token (GITLAB_TOKEN), if it is private.',
  }),
  405: ({ subject, said }) => ({
    reason: 'conflict',
    message: `GitLab will not ${subject.act} as things are now${because(said.replace(/^405 Method Not Allowed$/, ''))}`,
    next: 'Look at the merge request: its checks, holds, threads and conflicts.',
  }),
  409: ({ subject, said }) => ({
    reason: 'conflict',
    message: `Something else came first when asked to ${subject.act}${because(said)}`,
    next: 'Look at what has changed, then plan again.',
  }),
  422: refusedAsInvalid,
  429: ({ host, waitMs }) => ({
    reason: 'throttled',
    message: `GitLab at ${host} takes no more requests from this user for now.`,
    next:
      waitMs === undefined
        ? 'Wait a minute, then try again.'
        : `It asks to wait ${Math.ceil(waitMs / 1000)} s; then try again.`,
  }),
  500: ({ host, subject }) => ({
    reason: 'unexpected',
    message: `GitLab at ${host} failed (500) when asked to ${subject.act}.`,
    next: again(subject),
  }),
  502: behindProxy,
  503: behindProxy,
  504: ({ host, subject }) => ({
    reason: 'timeout',
    message: `GitLab at ${host} ran out of time when asked to ${subject.act}.`,
    next: again(subject),
  }),
};

function refusedAsInvalid({ subject, said, host }: Told): Explained {
  return {
    reason: 'invalid',
    message: `GitLab at ${host} refused to ${subject.act}${because(said)}`,
    next: 'Correct what was asked for, then plan again.',
  };
}

/** What stands before GitLab answered for it: whether a write arrived is not known. */
function behindProxy({ host, subject, status, said }: Told): Explained {
  return {
    reason: 'disconnected',
    message: `GitLab at ${host} could not be reached behind its front (${status}) when asked to ${subject.act}${because(said)}`,
    next: again(subject),
  };
}

function moved({ host, subject, status }: Told, location: string): Explained {
  const target = URL.parse(location, `https://${host}`);
  const login = /\/users\/sign_in|\/login|\/saml|\/oauth/.test(target?.pathname ?? '');
  return {
    reason: login ? 'unauthorized' : 'unexpected',
    message: login
      ? `GitLab at ${host} shows a login page (${status}) when asked to ${subject.act}.`
      : `${host} sends requests on to ${target?.origin ?? 'somewhere else'} (${status}) instead of answering.`,
    next: login
      ? 'Give a token: GITLAB_TOKEN, or token-file or token-command in rollbook.yaml.'
      : 'Give that address as the one of GitLab, if it is the right one.',
  };
}

function other({ host, status, subject, said }: Told): Explained {
  return {
    reason: 'unexpected',
    message: `GitLab at ${host} answered ${status} when asked to ${subject.act}${because(said)}`,
    next: again(subject),
  };
}

function again({ write }: Subject): string {
  return write === true
    ? 'Look first whether it happened all the same, then try again.'
    : 'Try again; if it stays, ask those who run GitLab.';
}
