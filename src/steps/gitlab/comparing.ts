import type { CodeHistory, Comparison } from '../../ports/comparison.ts';
import { type FailureReason, PortFailure } from '../../ports/failure.ts';
import type { PlanContext } from '../step-kind.ts';
import { codeSource } from './code-source.ts';

/** A source that cannot compare leaves the next one to be asked. */
const PASSED_OVER: ReadonlySet<FailureReason> = new Set([
  'not-configured',
  'not-served',
  'not-found',
  'unauthorized',
  'forbidden',
  'refused',
  'dns',
  'tls',
  'invalid',
  'read-only',
]);

export interface Compared {
  /** Undefined: no source could compare at all. */
  readonly comparison: Comparison | undefined;
  /** Where the comparison was had; undefined without one. */
  readonly history: CodeHistory | undefined;
  /** What was wrong with the sources that were passed over, sentences. */
  readonly problems: readonly string[];
}

/** Compares in the first source that has all of it; else the first that has some of it. */
export async function compareIn(
  sources: readonly string[],
  from: string,
  to: string,
  context: PlanContext,
): Promise<Compared> {
  const problems: string[] = [];
  let partly: Compared | undefined;
  for (const source of sources) {
    try {
      const history = await context.ports.code(codeSource(source));
      const comparison = await history.compare(from, to, { signal: context.signal });
      if (comparison.complete) return { comparison, history, problems };
      problems.push(`${source} is not complete: ${comparison.incompleteBecause ?? 'it does not say why'}`);
      partly ??= { comparison, history, problems };
    } catch (error) {
      if (!(error instanceof PortFailure) || !PASSED_OVER.has(error.reason)) throw error;
      problems.push(`${source}: ${error.message}`);
    }
  }
  return partly ?? { comparison: undefined, history: undefined, problems };
}
