import type { PreviewDocument, PreviewStep } from '../engine/preview.ts';
import { neutralise } from '../prose/neutralise.ts';
import type { DecisionOption, Permission, Question } from '../steps/step-kind.ts';

/** A preview as plain text. */
export function previewLines(document: PreviewDocument): readonly string[] {
  const { world, runbook, totals, steps, figures = [] } = document;
  const where = [world.context, world.namespace, world.user].filter((part) => part !== undefined).join(' ');
  const lines = [`PREVIEW read-only  ${where}`, runbook.title];
  let section = '';
  let reason: string | undefined;
  for (const step of steps) {
    if (step.section !== section) lines.push('', step.section);
    section = step.section;
    // A run of steps with one reason, such as a branch that is not taken, gives it once.
    const { reason: own, ...rest } = step;
    lines.push(...stepLines(own === reason ? rest : step));
    reason = own;
  }
  if (figures.length > 0) lines.push('', 'Beside the steps');
  for (const { title, says } of figures) lines.push(`  ${title}  ${says}`);
  const failing = steps.filter((step) => step.failure !== undefined).length;
  const parts = [
    `${totals.writes} ${totals.writes === 1 ? 'step writes' : 'steps write'}`,
    `${totals.dangerous} dangerous`,
    `${totals.missingPermissions} missing permission${totals.missingPermissions === 1 ? '' : 's'}`,
    `${totals.unknown} unknown`,
    `${totals.unavailable} not available`,
    `${failing} would fail as things are`,
    `${totals.failing - failing} not so now`,
  ];
  return [...lines, '', `${parts.join(', ')}. Nothing was changed.`].map((line) => neutralise(line));
}

function stepLines(step: PreviewStep): readonly string[] {
  const badge = step.label === 'writes' ? `writes, ${step.risk}` : step.label;
  const lines = [`  ${step.id}  [${badge}]  ${step.title}`];
  const add = (text: string) => {
    for (const line of text.trimEnd().split('\n')) lines.push(`      ${line}`.trimEnd());
  };
  if (step.reason !== undefined) add(step.reason);
  if (step.plan?.question !== undefined) {
    for (const text of questionLines(step.plan.question)) add(text);
    for (const text of step.plan.facts) add(text);
    for (const text of step.plan.warnings) add(`warning: ${text}`);
  }
  if (step.plan !== undefined && step.label === 'writes') {
    for (const effect of step.plan.effects) {
      add(effect.summary);
      for (const line of effect.diff)
        add(`${SIGN[line.change]} ${line.text}${line.note === undefined ? '' : `   (${line.note})`}`);
      add(`$ ${effect.command}`);
    }
    for (const permission of step.plan.permissions) add(permissionLine(permission));
    for (const text of step.plan.facts) add(text);
    for (const text of step.plan.warnings) add(`warning: ${text}`);
    add(step.plan.undo === undefined ? 'cannot be undone' : `undo: ${step.plan.undo}`);
  }
  if (step.found !== undefined) add(`${step.found.holds ? 'now' : 'not so now'}: ${step.found.summary}`);
  if (step.unavailable !== undefined) add(`not available: ${step.unavailable}`);
  if (step.failure !== undefined) add(`would fail as things are: ${step.failure.message}`);
  return lines;
}

function questionLines(question: Question): readonly string[] {
  switch (question.type) {
    case 'task':
      return [question.instructions];
    case 'prompt':
      return [
        question.message,
        ...(question.pattern === undefined ? [] : [`the answer matches ${question.pattern}`]),
        ...(question.default === undefined || question.secret ? [] : [`offered: ${question.default}`]),
      ];
    case 'decision':
      return [
        question.message,
        ...question.options.flatMap((option) => optionLines(option, option.value === question.default)),
      ];
  }
}

/** The value comes first: it is what --answer takes. */
function optionLines(option: DecisionOption, offered: boolean): readonly string[] {
  const { value, label, description, goTo } = option;
  const notes = [
    ...(offered ? ['offered'] : []),
    ...(goTo === undefined ? [] : [goTo === 'end' ? 'goes to the end' : `goes on with ${goTo}`]),
  ];
  const name = label === value ? value : `${value}: ${label}`;
  const first = `- ${name}${notes.length === 0 ? '' : ` (${notes.join('; ')})`}`;
  return description === undefined ? [first] : [first, `  ${description}`];
}

const SIGN = { same: ' ', removed: '-', added: '+' } as const;

function permissionLine({ verb, resource, subresource, namespace, allowed }: Permission): string {
  const what = `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}`;
  const answer = allowed === undefined ? '? not known' : allowed ? '✔ you may' : '✖ you may not';
  return `needs ${what}${namespace === undefined ? '' : ` in ${namespace}`}: ${answer}`;
}
