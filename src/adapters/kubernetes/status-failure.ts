import { type FailureReason, PortFailure } from '../../ports/failure.ts';
import type { KubernetesContext } from '../../ports/kubernetes.ts';
import { neutralise } from '../../prose/neutralise.ts';
import { retryAfterMs } from '../retrying.ts';
import type { ApiResponse } from '../transport.ts';

/** What was asked, for the sentence. */
export interface Subject {
  /** The API's verb: get, list, watch, patch … */
  readonly verb: string;
  /** 'services', 'deployments/scale' */
  readonly resource: string;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  /** A JSON patch with `test` in it: its refusal means that the object is not what was expected. */
  readonly hasTests?: boolean;
}

/** The API server's own account of a failure. */
export interface Status {
  readonly kind: 'Status';
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: {
    readonly causes?: readonly {
      readonly reason?: string;
      readonly field?: string;
      readonly message?: string;
    }[];
    readonly retryAfterSeconds?: number;
  };
}

/** The Status in an answer; undefined when the answer is something else. */
export function statusOf(body: Buffer): Status | undefined {
  try {
    const value = JSON.parse(body.toString('utf8')) as Partial<Status> | null;
    return value?.kind === 'Status' ? (value as Status) : undefined;
  } catch {
    return undefined;
  }
}

type Answer = Pick<ApiResponse, 'status' | 'headers' | 'body'>;

/** Turns an answer other than 2xx into a sentence: what was refused, to whom, and what to do. */
export function statusFailure(response: Answer, subject: Subject, context: KubernetesContext): PortFailure {
  const status = statusOf(response.body);
  const said = neutralise(status === undefined ? excerpt(response.body) : (status.message ?? '')).trim();
  const told: Telling = { subject, context, status, said, code: response.status, what: described(subject) };
  const { reason, message, next } = (EXPLAIN[response.status] ?? explainOther)(told);
  const seconds = status?.details?.retryAfterSeconds;
  return new PortFailure(message, {
    reason,
    next,
    status: response.status,
    retryAfterMs:
      retryAfterMs(response.headers['retry-after']) ?? (seconds === undefined ? undefined : seconds * 1000),
  });
}

interface Telling {
  readonly subject: Subject;
  readonly context: KubernetesContext;
  readonly status: Status | undefined;
  /** The server's own words, harmless; may be empty. */
  readonly said: string;
  readonly code: number;
  /** 'services "frontend" in namespace banking-app' */
  readonly what: string;
}

interface Explained {
  readonly reason: FailureReason;
  readonly message: string;
  readonly next?: string;
}

const EXPLAIN: Readonly<Record<number, (told: Telling) => Explained>> = {
  400: ({ what, said }) => ({
    reason: 'invalid',
    message: `The API server did not understand the request for ${what}${because(said)}`,
  }),
  401: ({ context }) => ({
    reason: 'unauthorized',
    message: `The API server at ${hostOf(context)} does not accept the credentials of user "${context.user}" (context ${context.name}).`,
    next: 'Log in again, or renew the token or certificate of that user, then try again.',
  }),
  403: explainForbidden,
  404: explainMissing,
  405: ({ what, subject }) => ({
    reason: 'not-served',
    message: `The API server does not offer ${subject.verb} for ${what}.`,
  }),
  409: ({ what, said, status }) =>
    status?.reason === 'AlreadyExists'
      ? { reason: 'conflict', message: `${upper(what)} exists already.` }
      : {
          reason: 'conflict',
          message: `${upper(what)} has changed since it was read${said === '' || said.includes('has been modified') ? '.' : because(said)}`,
          next: 'Look at what has changed, then plan again.',
        },
  410: ({ what }) => ({
    reason: 'gone',
    message: `What was read of ${what} is too old for the API server to continue from.`,
    next: 'Read it anew.',
  }),
  415: ({ what, said }) => ({
    reason: 'invalid',
    message: `The API server does not accept this kind of patch for ${what}${because(said)}`,
  }),
  422: explainInvalid,
  429: ({ what }) => ({
    reason: 'throttled',
    message: `The API server has too much to do to answer for ${what}.`,
    next: 'Wait a moment, then try again.',
  }),
  504: ({ what }) => ({
    reason: 'timeout',
    message: `The API server ran out of time answering for ${what}.`,
    next: 'Look first whether it happened, then try again.',
  }),
};

function explainForbidden({ subject, context, said, what }: Telling): Explained {
  if (said !== '' && !said.includes(' cannot ')) {
    return {
      reason: 'forbidden',
      message: `The cluster refused to ${subject.verb} ${what}: ${ended(said)}`,
      next: 'An admission rule decides this; ask who keeps it.',
    };
  }
  const user = /User "([^"]*)"/.exec(said)?.[1] ?? context.user;
  const where = subject.namespace === undefined ? '' : ` -n ${subject.namespace}`;
  const target =
    subject.name === undefined ? subject.resource : subject.resource.replace(/^[^/]+/, `$&/${subject.name}`);
  return {
    reason: 'forbidden',
    message: `User "${user}" may not ${subject.verb} ${what}.`,
    next: `Ask for that permission; kubectl auth can-i ${subject.verb} ${target}${where} says yes once it is there.`,
  };
}

function explainMissing({ subject, said, what, context }: Telling): Explained {
  if (subject.name === undefined || said.includes('could not find the requested resource')) {
    return {
      reason: 'not-served',
      message: `The API server at ${hostOf(context)} does not serve ${subject.resource}.`,
    };
  }
  return {
    reason: 'not-found',
    message: `There is no ${what}.`,
    next: 'Check the name, the namespace and the context.',
  };
}

function explainInvalid({ subject, status, said, what }: Telling): Explained {
  const causes = status?.details?.causes ?? [];
  // older servers say nothing at all about which operation of a JSON patch did not apply
  if (subject.hasTests && !causes.some(({ field }) => field)) {
    return {
      reason: 'conflict',
      message: `${upper(what)} is not as the patch expects it: one of its tests failed, or a path is gone.`,
      next: 'Look at what has changed, then plan again.',
    };
  }
  const listed = causes.map(({ field = '', message = '' }) =>
    neutralise(field === '' ? message : `${field}: ${message}`),
  );
  const why = listed.length === 0 ? because(said) : `: ${ended(listed.join('; '))}`;
  return {
    reason: 'invalid',
    message: `The change to ${what} is not valid${why}`,
    next: 'Correct the values in the runbook or its inputs.',
  };
}

function explainOther({ code, said, what, context }: Telling): Explained {
  if (code >= 300 && code < 400) {
    return {
      reason: 'unexpected',
      message: `${hostOf(context)} redirects elsewhere instead of answering for ${what}.`,
      next: 'Check the server address in the kubeconfig; a login page may be in the way.',
    };
  }
  return {
    reason: 'unexpected',
    message: `The API server at ${hostOf(context)} answered ${code} for ${what}${because(said)}`,
    next: 'Try again; if it stays, the control plane needs a look.',
  };
}

/** 'service/web in namespace shop', 'pods in namespace shop', 'deployment/web (scale) in namespace shop' */
function described({ resource, name, namespace }: Subject): string {
  const where = namespace === undefined ? '' : ` in namespace ${neutralise(namespace)}`;
  if (name === undefined) return `${resource}${where}`;
  const [plural = resource, subresource] = resource.split('/');
  const part = subresource === undefined ? '' : ` (${subresource})`;
  return `${singular(plural)}/${neutralise(name)}${part}${where}`;
}

function singular(plural: string): string {
  if (plural === 'endpoints') return plural;
  return plural
    .replace(/ies$/, 'y')
    .replace(/(ss|x|ch)es$/, '$1')
    .replace(/([^s])s$/, '$1');
}

export function hostOf({ server }: KubernetesContext): string {
  return URL.canParse(server) ? new URL(server).host : server;
}

function because(said: string): string {
  return said === '' ? '.' : `: ${ended(said)}`;
}

function ended(sentence: string): string {
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A proxy's error page is worth a line, not its markup. */
function excerpt(body: Buffer): string {
  const text = body
    .subarray(0, 2_000)
    .toString('utf8')
    .replace(/<(style|script|head)[\s\S]*?<\/\1>|<[^>]*>/g, ' ');
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 160 ? `${line.slice(0, 160)}…` : line;
}
