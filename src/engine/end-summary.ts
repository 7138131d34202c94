import { stepOf } from './select.ts';
import type { SessionState, StepState } from './state.ts';

/** How a session went that came to its last step: what was not checked, or left out by choice, is named with its reason. */
export function endSummary(state: SessionState): string {
  const steps = state.order.flatMap((id) => state.steps[id] ?? []);
  const notifies = (step: StepState) => stepOf(state, step).notifies === true;
  const untold = steps.flatMap((step): readonly Reasoned[] => {
    if (!notifies(step)) return [];
    if (step.state === 'failed') return [{ id: step.id, reason: step.failure.message }];
    return step.state === 'skipped' && step.why !== 'condition' && step.why !== 'passed' ? [step] : [];
  });
  const skipped = steps.filter((step) => step.state === 'skipped');
  const because = (why: SkippedStep['why']) => skipped.filter((step) => step.why === why);
  const done = steps.filter((step) => step.state === 'succeeded').length;
  const counts = [
    `${done} of ${steps.length} steps done`,
    counted(because('condition').length, 'not needed'),
    counted(because('passed').length, 'not taken'),
  ];
  const named = [
    listed(
      'not checked, as it was not available',
      because('unavailable').filter((step) => !notifies(step)),
    ),
    listed(
      'skipped',
      because('choice').filter((step) => !notifies(step)),
    ),
    listed('not told', untold),
  ];
  return [counts.filter(isSaid).join(', '), ...named.filter(isSaid)].join('; ');
}

interface Reasoned {
  readonly id: string;
  readonly reason: string;
}

type SkippedStep = Extract<StepState, { state: 'skipped' }>;

const isSaid = (part: string | undefined): part is string => part !== undefined;

function counted(count: number, what: string): string | undefined {
  return count === 0 ? undefined : `${count} ${what}`;
}

/** Steps with the same reason share it. */
function listed(what: string, steps: readonly Reasoned[]): string | undefined {
  if (steps.length === 0) return undefined;
  const groups = Map.groupBy(steps, (step) => step.reason.replace(/\.$/, ''));
  const parts = [...groups].map(([reason, group]) => `${group.map(({ id }) => id).join(', ')} (${reason})`);
  return `${what}: ${parts.join('; ')}`;
}
