import type { Risk, StepKind } from '../steps/step-kind.ts';
import type { ExpressionCheck, OutputNames, Standpoint } from './check-expressions.ts';
import { kindOutputs } from './check-names.ts';
import { checkShape } from './issues.ts';
import { asList, asMap, asText, type Outline, type OutlineSection, type OutlineStep } from './outline.ts';
import type { Path, Report } from './report.ts';
import { didYouMean, listWords } from './suggest.ts';

const RISKS: readonly Risk[] = ['safe', 'change', 'dangerous'];
/** What a call of another runbook may say; everything else belongs to the steps of that runbook. */
const CALL_KEYS: ReadonlySet<string> = new Set(['id', 'title', 'description', 'if', 'uses', 'with']);

interface StepContext {
  readonly outline: Outline;
  readonly kinds: ReadonlyMap<string, StepKind>;
  readonly check: ExpressionCheck;
  readonly report: Report;
}

export function checkSteps(context: StepContext): void {
  const { outline, check } = context;
  for (const section of outline.sections) {
    if (section.raw === undefined) continue;
    const standpoint = { before: section.firstStep };
    for (const key of ['title', 'description'])
      check.template(section.raw[key], [...section.path, key], standpoint);
    check.condition(section.raw.if, [...section.path, 'if'], standpoint);
  }
  const indexes = new Map(outline.steps.map((step) => [step.id, step.index]));
  const sections = new Map(outline.sections.map((section) => [section.id, section]));
  for (const step of outline.steps) {
    if (context.report.full) return;
    checkStepExpressions(step, context);
    if (step.uses === 'runbook') checkCall(step, context.report);
    else checkKind(step, context);
    checkOnFailure(step, indexes, sections, context.report);
    if (step.uses === 'decision') checkDecision(step, sections, context.report);
  }
}

function checkStepExpressions(step: OutlineStep, { check, kinds, report }: StepContext): void {
  const { raw, path } = step;
  const before = { before: step.index, self: step.id };
  const standpoint: Standpoint = { ...before, loop: raw['for-each'] !== undefined };
  const yields = kindOutputs(kinds.get(step.uses ?? '')) ?? 'any';
  const own = asMap(raw.outputs) ?? {};
  check.template(raw.title, [...path, 'title'], standpoint);
  check.template(raw.description, [...path, 'description'], standpoint);
  check.condition(raw.if, [...path, 'if'], before);
  check.template(raw.with, [...path, 'with'], standpoint);
  for (const [name, expression] of Object.entries(own))
    check.expression(expression, [...path, 'outputs', name], { ...standpoint, result: yields });
  checkLoop(raw['for-each'], [...path, 'for-each'], before, check, report);
  const verify = asMap(raw.verify) ?? {};
  const seen = withOwn(yields, Object.keys(own));
  check.condition(verify.expect, [...path, 'verify', 'expect'], { ...standpoint, result: seen });
  for (const key of ['says', 'for', 'within', 'every'])
    check.template(verify[key], [...path, 'verify', key], standpoint);
}

function withOwn(outputs: OutputNames, own: readonly string[]): OutputNames {
  return outputs === 'any' ? 'any' : new Set([...outputs, ...own]);
}

function checkLoop(
  value: unknown,
  path: Path,
  standpoint: Standpoint,
  check: ExpressionCheck,
  report: Report,
): void {
  if (typeof value === 'string') check.expression(value, path, standpoint);
  for (const [place, item] of asList(value).entries())
    if (JSON.stringify(item)?.includes('${{'))
      report.atValue([...path, place], {
        message: 'a list that is written out holds an expression',
        expected: 'plain values, or one expression that yields the whole list: ["a", inputs.b]',
      });
}

function checkKind(step: OutlineStep, { kinds, report }: StepContext): void {
  if (step.uses === undefined) return;
  const kind = kinds.get(step.uses);
  if (kind === undefined) {
    const suggestion = didYouMean(step.uses, kinds.keys());
    report.atValue([...step.path, 'uses'], {
      message: `there is no kind of step "${step.uses}"`,
      ...(suggestion === undefined ? { expected: listWords([...kinds.keys()].sort()) } : { suggestion }),
    });
    return;
  }
  checkShape(kind.schema, step.raw.with ?? {}, report, { base: [...step.path, 'with'], templates: true });
  const risk = RISKS.indexOf(step.raw.risk as Risk);
  if (risk !== -1 && risk < RISKS.indexOf(kind.risk))
    report.atValue([...step.path, 'risk'], {
      message: `the risk of "${step.uses}" is ${kind.risk}; a file can only raise it`,
      expected: listWords(RISKS.slice(RISKS.indexOf(kind.risk))),
    });
}

function checkCall(step: OutlineStep, report: Report): void {
  for (const key of Object.keys(step.raw))
    if (!CALL_KEYS.has(key))
      report.atKey([...step.path, key], {
        message: `"${key}" has no meaning for a call of another runbook`,
        expected: 'it at the steps of that runbook',
      });
}

function checkOnFailure(
  step: OutlineStep,
  indexes: ReadonlyMap<string | undefined, number>,
  sections: ReadonlyMap<string, OutlineSection>,
  report: Report,
): void {
  const onFailure = asMap(step.raw['on-failure']);
  const path = [...step.path, 'on-failure'];
  for (const [place, item] of asList(onFailure?.undo).entries()) {
    const id = asText(item);
    if (id === undefined) continue;
    const index = indexes.get(id);
    if (index === undefined)
      report.atValue([...path, 'undo', place], {
        message: `there is no step "${id}"`,
        suggestion: didYouMean(
          id,
          [...indexes.keys()].filter((known) => known !== undefined),
        ),
      });
    else if (index > step.index)
      report.atValue([...path, 'undo', place], {
        message: `the step "${id}" comes later, there is nothing to undo yet`,
        expected: 'this step or an earlier one',
      });
  }
  checkGoTo(onFailure?.['go-to'], [...path, 'go-to'], step, sections, report);
}

function checkDecision(
  step: OutlineStep,
  sections: ReadonlyMap<string, OutlineSection>,
  report: Report,
): void {
  for (const [place, option] of asList(asMap(step.raw.with)?.options).entries()) {
    const target = asMap(option)?.['go-to'];
    if (target !== 'end')
      checkGoTo(target, [...step.path, 'with', 'options', place, 'go-to'], step, sections, report);
  }
}

function checkGoTo(
  value: unknown,
  path: Path,
  step: OutlineStep,
  sections: ReadonlyMap<string, OutlineSection>,
  report: Report,
): void {
  const id = asText(value);
  if (id === undefined) return;
  const section = sections.get(id);
  if (section === undefined)
    report.atValue(path, {
      message: `there is no section "${id}"`,
      suggestion: didYouMean(id, sections.keys()),
      expected: `the id of a section: ${listWords([...sections.keys()])}`,
    });
  else if (section.index <= step.section.index)
    report.atValue(path, {
      message: `the section "${id}" does not come after this one; a session never goes back`,
      expected: 'a later section',
    });
}
