import type { PreviewDocument, PreviewStep } from '../engine/preview.ts';
import { neutralise } from '../prose/neutralise.ts';
import type { Permission } from '../steps/step-kind.ts';

/** A preview as plain text. */
export function previewLines(document: PreviewDocument): readonly string[] {
  const { world, runbook, totals } = document;
  const where = [world.context, world.namespace, world.user].filter((part) => part !== undefined).join(' ');
  const lines = [`PREVIEW read-only  ${where}`, runbook.title];
  let section = '';
  for (const step of document.steps) {
    if (step.section !== section) lines.push('', step.section);
    section = step.section;
    lines.push(...stepLines(step));
  }
  const parts = [
    `${totals.writes} writes`,
    `${totals.dangerous} dangerous`,
    `${totals.missingPermissions} missing permissions`,
    `${totals.unknown} unknown`,
    `${totals.unavailable} not available`,
    `${totals.failing} that would fail as things are`,
  ];
  return [...lines, '', `${parts.join(', ')}. Nothing was changed.`].map((line) => neutralise(line));
}

function stepLines(step: PreviewStep): readonly string[] {
  const badge = step.label === 'writes' ? `writes, ${step.risk}` : step.label;
  const lines = [`  ${step.id}  [${badge}]  ${step.title}`];
  const add = (text: string) => lines.push(`      ${text}`);
  if (step.reason !== undefined) add(step.reason);
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

const SIGN = { same: ' ', removed: '-', added: '+' } as const;

function permissionLine({ verb, resource, subresource, namespace, allowed }: Permission): string {
  const what = `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}`;
  const answer = allowed === undefined ? '? not known' : allowed ? '✔ you may' : '✖ you may not';
  return `needs ${what}${namespace === undefined ? '' : ` in ${namespace}`}: ${answer}`;
}
