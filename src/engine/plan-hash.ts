import { createHash } from 'node:crypto';
import type { Plan } from '../steps/step-kind.ts';

/** Identifies exactly the plan that was shown: SHA-256 over its JSON, the first 16 hex digits. */
export function planHash(plan: Plan): string {
  return createHash('sha256').update(JSON.stringify(plan)).digest('hex').slice(0, 16);
}
