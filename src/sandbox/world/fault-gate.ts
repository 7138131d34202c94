import { ApiError } from '../kubernetes/api-error.ts';
import type {
  FaultAnswer,
  FaultGate,
  RequestAttributes,
  SandboxClock,
  WatchControl,
} from '../kubernetes/world-interfaces.ts';
import type { Fault, FaultAction, RequestMatch } from './fault-spec.ts';

/** A fault that happened, for the record. */
export interface FiredFault {
  readonly id: string;
  /** RFC 3339. */
  readonly time: string;
  readonly actions: readonly string[];
  /** `patch services/backend-service by operator`; absent when the clock set it off. */
  readonly request?: string;
}

export type WorldAction = Exclude<
  FaultAction,
  {
    do:
      | 'respond'
      | 'delay'
      | 'drop-connection'
      | 'drop-answer'
      | 'break-off'
      | 'answer-late'
      | 'cut-watches'
      | 'expire-history';
  }
>;

export interface ScenarioFaultsOptions {
  readonly faults: readonly Fault[];
  readonly clock: SandboxClock;
  readonly pace: (milliseconds: number) => number;
  /** Does what concerns the world itself. */
  readonly act: (action: WorldAction) => void;
  readonly onError: (error: unknown) => void;
}

/** Sets off the faults of a scenario, by the clock or by requests, and remembers each. */
export class ScenarioFaults implements FaultGate {
  readonly #options: ScenarioFaultsOptions;
  readonly #seen = new Map<Fault, number>();
  readonly #fired: FiredFault[] = [];
  readonly #cancels: (() => void)[] = [];
  #watches: WatchControl | undefined;
  #refuseWatchesUntil = 0;

  constructor(options: ScenarioFaultsOptions) {
    this.#options = options;
  }

  get fired(): readonly FiredFault[] {
    return this.#fired;
  }

  start(): void {
    const { faults, clock, pace } = this.#options;
    for (const fault of faults) {
      if (!('after' in fault.when)) continue;
      this.#cancels.push(clock.after(pace(fault.when.after * 1000), () => this.#fire(fault)));
    }
  }

  stop(): void {
    for (const cancel of this.#cancels) cancel();
  }

  attach(watches: WatchControl): void {
    this.#watches = watches;
  }

  intercept(request: RequestAttributes): FaultAnswer | undefined {
    if (request.verb === 'watch' && this.#options.clock.now() < this.#refuseWatchesUntil)
      return { drop: true };
    let answer: FaultAnswer | undefined;
    for (const fault of this.#options.faults) {
      if (!('request' in fault.when) || !matches(fault.when.request, request)) continue;
      if (!this.#isDue(fault, fault.when.request)) continue;
      const given = this.#fire(fault, request);
      answer ??= given;
    }
    return answer;
  }

  #isDue(fault: Fault, { nth = 1, count = 1 }: RequestMatch): boolean {
    const seen = (this.#seen.get(fault) ?? 0) + 1;
    this.#seen.set(fault, seen);
    return seen >= nth && (count === 'always' || seen < nth + count);
  }

  #fire(fault: Fault, request?: RequestAttributes): FaultAnswer | undefined {
    const { clock, onError } = this.#options;
    this.#fired.push({
      id: fault.id,
      time: new Date(clock.now()).toISOString(),
      actions: fault.actions.map((action) => action.do),
      ...(request === undefined ? {} : { request: requestText(request) }),
    });
    let answer: FaultAnswer | undefined;
    for (const action of fault.actions) {
      try {
        const given = this.#do(action, request);
        answer ??= given;
      } catch (error) {
        onError(error);
      }
    }
    return answer;
  }

  #do(action: FaultAction, request: RequestAttributes | undefined): FaultAnswer | undefined {
    const { clock, pace, act } = this.#options;
    switch (action.do) {
      case 'respond':
        return { respond: statusOf(action, request) };
      case 'delay':
        return { delayMs: pace(action.seconds * 1000) };
      case 'drop-connection':
        return { drop: true };
      case 'drop-answer':
        return { dropAnswer: true };
      case 'break-off':
        return { dropAfterMs: pace(action.seconds * 1000) };
      case 'answer-late':
        return { delayMs: pace(action.seconds * 1000), afterwards: true };
      case 'cut-watches':
        this.#refuseWatchesUntil = clock.now() + pace((action.refuseSeconds ?? 0) * 1000);
        this.#watches?.cut();
        return undefined;
      case 'expire-history':
        this.#watches?.expire();
        return undefined;
      default:
        act(action);
        return undefined;
    }
  }
}

function matches(match: RequestMatch, request: RequestAttributes): boolean {
  const fields = ['user', 'verb', 'group', 'resource', 'subresource', 'namespace', 'name', 'dryRun'] as const;
  const { command } = match;
  return (
    fields.every((field) => match[field] === undefined || match[field] === request[field]) &&
    (command === undefined ||
      (request.command !== undefined && new RegExp(command, 'u').test(request.command)))
  );
}

function requestText({ verb, resource, subresource, name, user, dryRun }: RequestAttributes): string {
  const path = [resource, name, subresource].filter((part) => part !== undefined).join('/');
  return `${verb} ${path}${dryRun ? ' (dry-run)' : ''} by ${user}`;
}

/** These word their own refusals. */
const OTHERS = ['gitlab', 'github', 'slack', 'teams', 'statuspage'];

const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

function statusOf(
  action: Extract<FaultAction, { do: 'respond' }>,
  request: RequestAttributes | undefined,
): { code: number; [field: string]: unknown } {
  const { code, message, retryAfterSeconds } = action;
  // Retry-After may be left out.
  if (OTHERS.includes(request?.group ?? ''))
    return {
      code,
      ...(message === undefined ? {} : { message }),
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    };
  const type = { group: request?.group ?? '', resource: request?.resource ?? '' };
  const name = request?.name ?? '';
  if (code === 409 && message === undefined) return ApiError.conflict(type, name).toStatus();
  const kind = { name, ...(type.group === '' ? {} : { group: type.group }), kind: type.resource };
  const wait = retryAfterSeconds ?? (code === 429 ? 1 : undefined);
  return new ApiError(
    code,
    action.reason ?? REASONS[code] ?? 'Unknown',
    message ?? defaultMessage(code, request),
    wait === undefined ? kind : { ...kind, retryAfterSeconds: wait },
  ).toStatus();
}

function defaultMessage(code: number, request: RequestAttributes | undefined): string {
  if (code === 429) return 'The server has received too many requests and has asked us to try again later';
  if (code === 403 && request !== undefined) {
    const { group, resource, name, user, verb, namespace } = request;
    const type = group === '' ? resource : `${resource}.${group}`;
    return `${type} "${name}" is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "${group}" in the namespace "${namespace}"`;
  }
  if (code === 503) return 'the server is currently unable to handle the request';
  return 'Internal error occurred: etcdserver: request timed out';
}
