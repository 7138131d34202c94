import { type FailureDetails, PortFailure } from '../../ports/failure.ts';
import { neutralise } from '../../prose/neutralise.ts';
import { askedToWaitMs } from '../retrying.ts';

/** What was asked, for the sentence. */
export interface Subject {
  /** 'compare 1a2b3c with 4d5e6f in example/shop' */
  readonly act: string;
  /** 'example/shop' */
  readonly repository: string;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: unknown;
}

interface Asked {
  readonly host: string;
  /** A token was sent. */
  readonly authorized: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

interface Explained extends FailureDetails {
  readonly message: string;
}

const GIVE_TOKEN =
  'Give a token: GITHUB_TOKEN, or token-file or token-command under github in rollbook.yaml.';
const OR_CLONE = 'Try again later, or compare in a local clone.';

/** Turns an answer other than 2xx into a sentence: what was refused, to whom, and what to do. */
export function githubFailure(answer: Answer, subject: Subject, asked: Asked): PortFailure {
  const { message, next, ...details } =
    limited(answer, asked) ?? refused(answer, subject, asked) ?? broken(answer, subject, asked);
  return new PortFailure(neutralise(message), {
    ...details,
    next: next === undefined ? undefined : neutralise(next),
    status: answer.status,
  });
}

/** Both of its limits: so many requests an hour, and too many at once. */
function limited(answer: Answer, { authorized, now, host }: Asked): Explained | undefined {
  const { status, headers } = answer;
  if (status !== 403 && status !== 429) return undefined;
  const used = headers['x-ratelimit-remaining'] === '0';
  const secondary = /secondary rate limit|abuse detection/i.test(wordsOf(answer));
  if (!used && !secondary && status !== 429 && headers['retry-after'] === undefined) return undefined;
  const retryAfterMs = askedToWaitMs({ status, headers }, now);
  const allowed = headers['x-ratelimit-limit'];
  const wait = retryAfterMs === undefined ? 'Wait a few minutes' : `Wait ${waited(retryAfterMs)}`;
  return {
    reason: 'throttled',
    retryAfterMs,
    message: used
      ? `The limit of ${host} is used up${allowed === undefined ? '' : `: ${allowed} requests an hour ${authorized ? 'with this token' : 'without a token'}`}.`
      : `${host} was asked for too much at once.`,
    next: authorized ? `${wait}, or compare in a local clone.` : `${wait}, or give a token: GITHUB_TOKEN.`,
  };
}

function refused(answer: Answer, subject: Subject, { host, authorized }: Asked): Explained | undefined {
  const said = wordsOf(answer);
  switch (answer.status) {
    case 401:
      return {
        reason: 'unauthorized',
        message: `${host} does not accept the token.`,
        next: `It may have expired. ${GIVE_TOKEN}`,
      };
    case 403:
      return answer.headers['x-github-sso'] === undefined
        ? {
            reason: 'forbidden',
            message: authorized
              ? `The token may not ${subject.act}${because(said)}`
              : `${host} does not ${subject.act} without a token${because(said)}`,
            next: authorized ? 'It needs to read the contents of that repository.' : GIVE_TOKEN,
          }
        : {
            reason: 'forbidden',
            detail: 'single-sign-on',
            message: `The token is not authorised for the single sign-on of the owner of ${subject.repository}.`,
            next: 'Authorise it for the organisation, in the settings of the token.',
          };
    case 404:
      return {
        reason: 'not-found',
        message: `${host} cannot ${subject.act}: the repository or the commit is not there${authorized ? ', or not for this token' : ', or not public'}.`,
        next: authorized
          ? 'Check the names, and that the token may read the repository.'
          : `Check the names. ${GIVE_TOKEN}`,
      };
    case 409:
    case 422:
      return {
        reason: 'invalid',
        message: `${host} cannot ${subject.act}${because(said)}`,
        next: 'Check both commits; they may be in another repository, or never have been pushed.',
      };
    default:
      return undefined;
  }
}

function broken(answer: Answer, subject: Subject, { host }: Asked): Explained {
  const { status, headers } = answer;
  if (headers.location !== undefined) {
    const target = URL.parse(headers.location)?.origin ?? 'somewhere else';
    return {
      reason: 'unexpected',
      message: `${host} sends requests on to ${target} instead of answering.`,
      next: 'Give that address as github.url in rollbook.yaml, if it is the right one.',
    };
  }
  if (status === 504)
    return {
      reason: 'timeout',
      message: `${host} ran out of time when asked to ${subject.act}.`,
      next: OR_CLONE,
    };
  return {
    reason: status === 502 || status === 503 ? 'disconnected' : 'unexpected',
    message: `${host} answered ${status} when asked to ${subject.act}${because(wordsOf(answer))}`,
    next: OR_CLONE,
  };
}

/** An answer that is none of GitHub's. `where`: what in it is not as expected. */
export function unknownAnswer({ act }: Subject, host: string, cause?: unknown, where?: string): PortFailure {
  const message =
    where === undefined
      ? `What answered at ${host} when asked to ${act} is not GitHub's API.`
      : `${host} answered when asked to ${act}, but ${where} in it is not as expected.`;
  return new PortFailure(neutralise(message), {
    reason: 'unexpected',
    next: 'Check github.url in rollbook.yaml; a proxy may stand before it.',
    cause,
  });
}

export function tooLarge({ act }: Subject, host: string, bytes: number): PortFailure {
  return new PortFailure(
    neutralise(
      `${host} gave more than ${bytes / 1024 / 1024} MiB when asked to ${act}; the rest was not read.`,
    ),
    { reason: 'unexpected', next: 'Compare in a local clone.' },
  );
}

function wordsOf({ data }: Answer): string {
  const words =
    typeof data === 'string'
      ? data.replace(/<(style|script|head)[\s\S]*?<\/\1>|<[^>]*>/g, ' ')
      : String((data as { readonly message?: unknown } | null)?.message ?? '');
  const line = words.replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

function because(said: string): string {
  if (said === '') return '.';
  return /[.!?…]$/.test(said) ? `: ${said}` : `: ${said}.`;
}

function waited(ms: number): string {
  return ms < 90_000 ? `${Math.ceil(ms / 1000)} s` : `${Math.ceil(ms / 60_000)} min`;
}
