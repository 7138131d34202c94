/** One thing that is done to both clusters; `NS` in any of its texts is the namespace of the comparison. */
export type Step =
  | {
      readonly kubectl: string;
      readonly input?: string;
      readonly context?: string;
      readonly managed?: boolean;
    }
  | {
      readonly http: string;
      readonly path: string;
      readonly body?: unknown;
      readonly type?: string;
      readonly accept?: string;
      readonly managed?: boolean;
    }
  /** Waits until this kubectl line prints what is expected; not compared. */
  | { readonly until: string; readonly prints: RegExp };

export function titleOf(step: Step): string {
  if ('kubectl' in step) return `kubectl ${step.kubectl}`;
  if ('until' in step) return `(until ${step.until})`;
  const body = step.body === undefined ? '' : ` ${JSON.stringify(step.body)}`;
  return `${step.http} ${step.path}${body}`.slice(0, 300);
}

export const kubectl = (line: string, input?: string): Step =>
  input === undefined ? { kubectl: line } : { kubectl: line, input };

export const http = (
  method: string,
  path: string,
  body?: unknown,
  options: { readonly type?: string; readonly accept?: string; readonly managed?: boolean } = {},
): Step => ({ http: method, path, ...(body === undefined ? {} : { body }), ...options });
