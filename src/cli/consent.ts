import type { Consent } from '../host/unattended.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { CommandFailure, EXIT } from './exit-code.ts';
import { hint } from './hint.ts';
import { parseAssignments } from './inputs.ts';
import type { AnswerFlags } from './run-requested.ts';

/** What the flags allow without a person. */
export function consentOf(flags: AnswerFlags): Consent {
  return {
    yes: flags.yes ?? false,
    confirm: new Set(flags.confirm),
    answers: parseAssignments(flags.answer, '--answer'),
    auto: flags.auto ?? false,
  };
}

/** A step that is not there is a slip of the keyboard: better found now than at the question it was to answer. */
export function checkSteps(
  { confirm, answers }: Pick<Consent, 'confirm' | 'answers'>,
  runbook: Runbook,
): void {
  const ids = runbook.steps.map((step) => step.id);
  const problems = [
    ...[...confirm].map((id) => ['--confirm', id] as const),
    ...[...answers.keys()].map((id) => ['--answer', id] as const),
  ].flatMap(([flag, typed]) => {
    if (ids.includes(typed.replace(/\[\d+\]/g, ''))) return [];
    return [`${flag} ${typed}: ${runbook.id} has no such step.${hint(typed, ids)}`];
  });
  if (problems.length > 0) throw new CommandFailure(problems.join('\n'), EXIT.usage);
}
