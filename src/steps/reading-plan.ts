import type { JsonObject } from '../ports/json.ts';
import type { Permission, Plan } from './step-kind.ts';

/** The plan of a step that only looks; what it looks for is in `data`. */
export function readingPlan(
  summary: string,
  data: JsonObject,
  permissions: readonly Permission[] = [],
  facts: readonly string[] = [],
): Plan {
  return { summary, effects: [], risk: 'safe', preconditions: [], permissions, facts, warnings: [], data };
}
