import { PortFailure } from '../../ports/failure.ts';
import { type Landed, StepFailure } from '../step-kind.ts';

/** After these nobody knows whether the message arrived; what a proxy answers for the service is none. */
const LOST: ReadonlySet<string> = new Set(['timeout', 'disconnected', 'unexpected']);
const FOR_ANOTHER: ReadonlySet<number> = new Set([502, 504]);

function isLost({ reason, status }: PortFailure): boolean {
  return LOST.has(reason) && (status === undefined || FOR_ANOTHER.has(status));
}

const FIND_MS = 5_000;
export const lookup = (signal: AbortSignal) => ({ signal, timeoutMs: FIND_MS });

/**
 * Sends once. A refusal is a failure that says so; when the answer was lost, one look tells whether the message is
 * there, and failing that it counts as not told, since a second message is worse than none.
 */
export async function deliver<T>(
  send: () => Promise<T>,
  look: (() => Promise<T | undefined>) | undefined,
  signal: AbortSignal,
): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof PortFailure) || signal.aborted || error.reason === 'cancelled') throw error;
    const lost = isLost(error);
    const found = lost && look !== undefined ? await look().catch(() => undefined) : undefined;
    if (found !== undefined) return found;
    throw new StepFailure(
      lost ? `${error.message} It may have arrived all the same, so it is not sent again.` : error.message,
      {
        ...(error.next === undefined ? {} : { next: error.next }),
        cause: error,
      },
    );
  }
}

/** What a probe says of a message that it looked for. */
export function landedAs(found: boolean, where: string): Landed {
  return found
    ? { landed: 'yes', evidence: `The message is ${where}.` }
    : { landed: 'no', evidence: `The message is not ${where}.` };
}

/** A line of curl with the secret in its variable, never in the line; the payload is in the plan's data, and too long for a line. */
export function curlLine(method: 'POST' | 'PATCH', url: string, authorization: string | undefined) {
  const header = authorization === undefined ? '' : ` -H "Authorization: ${authorization}"`;
  return `curl -X ${method}${header} --json @message.json "${url}"`;
}
