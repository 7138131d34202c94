import { runInNewContext } from 'node:vm';

const AT_MOST_MS = 250;

/** Whether a pattern matches a text that someone else wrote; undefined when it would take longer than a moment to tell. */
export function matchInTime(pattern: RegExp, text: string): boolean | undefined {
  try {
    // Nothing else can interrupt a pattern that tries every way to match.
    return runInNewContext('pattern.test(text)', { pattern, text }, { timeout: AT_MOST_MS }) === true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
    throw error;
  }
}
