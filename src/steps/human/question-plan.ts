import type { Plan, Question } from '../step-kind.ts';

/** The plan of a step that only asks. */
export function questionPlan(summary: string, question: Question): Plan {
  return {
    summary,
    effects: [],
    risk: 'safe',
    preconditions: [],
    permissions: [],
    facts: [],
    warnings: [],
    question,
    data: {},
  };
}
