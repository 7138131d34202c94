import type { Json } from '../ports/json.ts';
import type { OutputNames } from './check-expressions.ts';
import { callParameters } from './file-schema.ts';
import { inputProblem } from './inputs.ts';
import { checkShape } from './issues.ts';
import { asMap, asText, type OutlineStep } from './outline.ts';
import type { Report } from './report.ts';
import type { Runbook } from './runbook.ts';
import { didYouMean, listWords } from './suggest.ts';
import { hasExpression } from './template.ts';

/** What became of a called runbook. */
export type Callee =
  | { readonly found: 'runbook'; readonly runbook: Runbook; readonly outputs: OutputNames }
  /** It calls one of its callers; the files from that one on. */
  | { readonly found: 'cycle'; readonly chain: readonly string[] }
  | { readonly found: 'too-deep' }
  | { readonly found: 'problems'; readonly file: string }
  | { readonly found: 'nothing' };

/** The called runbook, when it can be taken in here; otherwise it is reported why not. */
export function resolveCall(
  step: OutlineStep,
  open: (reference: string) => Callee,
  report: Report,
): Extract<Callee, { found: 'runbook' }> | undefined {
  const base = [...step.path, 'with'];
  const parameters = step.raw.with ?? {};
  if (!checkShape(callParameters, parameters, report, { base, templates: false })) return undefined;
  const reference = asText(asMap(parameters)?.runbook) ?? '';
  const at = [...base, 'runbook'];
  if (hasExpression(reference)) {
    report.atValue(at, {
      message: 'the called runbook is named by an expression',
      expected: 'an id or a file, written out',
    });
    return undefined;
  }
  const callee = open(reference);
  switch (callee.found) {
    case 'runbook':
      checkGiven(asMap(asMap(parameters)?.inputs) ?? {}, callee.runbook, step, report);
      return callee;
    case 'cycle':
      report.atValue(at, { message: `the runbooks call each other: ${callee.chain.join(' → ')}` });
      return undefined;
    case 'too-deep':
      report.atValue(at, { message: 'runbooks call each other too deep' });
      return undefined;
    case 'problems':
      report.atValue(at, { message: `the called runbook has problems of its own: ${callee.file}` });
      return undefined;
    case 'nothing':
      report.atValue(at, {
        message: `there is no runbook "${reference}"`,
        expected: 'the id of a runbook, or its file relative to this one',
      });
      return undefined;
    default:
      return callee satisfies never;
  }
}

function checkGiven(
  given: Readonly<Record<string, unknown>>,
  callee: Runbook,
  step: OutlineStep,
  report: Report,
): void {
  const path = [...step.path, 'with', 'inputs'];
  const names = callee.inputs.map((input) => input.name);
  for (const name of Object.keys(given))
    if (!names.includes(name))
      report.atKey([...path, name], {
        message: `the runbook "${callee.id}" has no input "${name}"`,
        suggestion: didYouMean(name, names),
        ...(names.length === 0 ? {} : { expected: listWords(names) }),
      });
  for (const spec of callee.inputs) {
    const value = given[spec.name] as Json | undefined;
    if (value === undefined) {
      if (spec.required)
        report.atValue(path, { message: `the input "${spec.name}" of "${callee.id}" is not given` });
      continue;
    }
    const expected = hasExpression(value) ? undefined : inputProblem(value, spec);
    if (expected !== undefined)
      report.atValue([...path, spec.name], { message: `the input "${spec.name}" does not fit`, expected });
  }
}
