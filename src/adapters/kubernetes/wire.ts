import { PortFailure } from '../../ports/failure.ts';
import { neutralise } from '../../prose/neutralise.ts';
import type { ApiResponse } from '../transport.ts';
import type { Subject } from './status-failure.ts';

/** The answer's JSON, whole; a failure names what was asked. */
export function parseJson(response: Pick<ApiResponse, 'body' | 'truncated'>, { resource }: Subject): unknown {
  if (response.truncated) {
    throw new PortFailure(`The answer for ${resource} is larger than can be read.`, {
      reason: 'unexpected',
      next: 'Narrow it down with a label selector.',
    });
  }
  const text = response.body.toString('utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    const start = neutralise(text.slice(0, 60).trim());
    throw new PortFailure(`The answer for ${resource} is not JSON but begins with «${start}».`, {
      reason: 'unexpected',
      next: 'Check the server address in the kubeconfig; a proxy or login page may be in the way.',
      cause: error,
    });
  }
}

/** Gives other work its turn once `budgetMs` of computing has passed; a large answer must not freeze the process. */
export function createSlicer(budgetMs = 6): () => Promise<void> | undefined {
  let start = performance.now();
  return () => {
    if (performance.now() - start < budgetMs) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        start = performance.now();
        resolve();
      });
    });
  };
}
