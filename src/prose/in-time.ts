import { createContext, Script } from 'node:vm';

const AT_MOST_MS = 250;
const SCRIPT = new Script('work()');

/** Work that would take longer than a moment and was given up; nothing else can interrupt a pattern that tries every way to match. */
export class TakesTooLong extends Error {
  constructor() {
    super(`it takes longer than ${AT_MOST_MS} ms`);
    this.name = 'TakesTooLong';
  }
}

/** Computes something over what someone else wrote. Throws TakesTooLong, or what the work throws. */
export function inTime<T>(work: () => T): T {
  try {
    return SCRIPT.runInContext(createContext({ work }), { timeout: AT_MOST_MS }) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw new TakesTooLong();
    throw error;
  }
}
