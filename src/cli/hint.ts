import { nearest } from '../runbook/suggest.ts';

/** ' Did you mean preview?' behind a sentence; nothing when no known word is near. */
export function hint(typed: string, known: Iterable<string>): string {
  const found = nearest(typed, known);
  return found === undefined ? '' : ` Did you mean ${found}?`;
}
