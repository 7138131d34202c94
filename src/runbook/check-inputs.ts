import type { Json } from '../ports/json.ts';
import type { StepKind } from '../steps/step-kind.ts';
import type { ExpressionCheck } from './check-expressions.ts';
import { kindOutputs } from './check-names.ts';
import { inputProblem, readPattern } from './inputs.ts';
import { checkShape } from './issues.ts';
import { asMap, asText } from './outline.ts';
import type { Path, Report } from './report.ts';
import type { InputSpec } from './runbook.ts';
import { didYouMean } from './suggest.ts';

/** Defaults that do not fit, patterns that cannot be read, choices from a step that does not exist or writes. */
export function checkInputs(
  value: unknown,
  kinds: ReadonlyMap<string, StepKind>,
  check: ExpressionCheck,
  report: Report,
): void {
  for (const [name, item] of Object.entries(asMap(value) ?? {})) {
    const raw = asMap(item);
    const path: Path = ['inputs', name];
    if (raw === undefined) continue;
    const pattern = asText(raw.pattern);
    if (pattern !== undefined && readPattern(pattern) === undefined)
      report.atValue([...path, 'pattern'], { message: `the pattern "${pattern}" is no regular expression` });
    if (raw.type === 'choice' && raw.choices === undefined && raw['choices-from'] === undefined)
      report.atKey(path, {
        message: `the input "${name}" has nothing to choose from`,
        expected: 'choices, or choices-from',
      });
    checkDefault(name, raw, path, report);
    checkChoicesFrom(asMap(raw['choices-from']), [...path, 'choices-from'], kinds, check, report);
  }
}

function checkDefault(
  name: string,
  raw: Readonly<Record<string, unknown>>,
  path: Path,
  report: Report,
): void {
  const given = raw.default as Json | undefined;
  if (given === undefined) return;
  const place = [...path, 'default'];
  if (raw.type === 'secret') {
    report.atValue(place, { message: `the secret "${name}" has a default`, expected: 'no secret in a file' });
    return;
  }
  const problem = inputProblem(given, looseSpec(name, raw));
  if (problem !== undefined)
    report.atValue(place, { message: `the default of "${name}" does not fit`, expected: problem });
}

/** As much of the specification as is well-formed. */
function looseSpec(name: string, raw: Readonly<Record<string, unknown>>): InputSpec {
  const choices = Array.isArray(raw.choices)
    ? raw.choices.filter((choice) => typeof choice === 'string')
    : undefined;
  const pattern = asText(raw.pattern);
  return {
    name,
    type: raw.type as InputSpec['type'],
    required: false,
    ...(pattern === undefined ? {} : { pattern }),
    ...(choices === undefined ? {} : { choices }),
  };
}

function checkChoicesFrom(
  raw: Readonly<Record<string, unknown>> | undefined,
  path: Path,
  kinds: ReadonlyMap<string, StepKind>,
  check: ExpressionCheck,
  report: Report,
): void {
  const uses = asText(raw?.uses);
  if (raw === undefined || uses === undefined) return;
  const kind = kinds.get(uses);
  if (kind === undefined)
    report.atValue([...path, 'uses'], {
      message: `there is no kind of step "${uses}"`,
      suggestion: didYouMean(uses, kinds.keys()),
    });
  else if (kind.observe === undefined || kind.run !== undefined)
    report.atValue([...path, 'uses'], {
      message: `"${uses}" does not only read`,
      expected: 'a kind that only reads',
    });
  else checkShape(kind.schema, raw.with ?? {}, report, { base: [...path, 'with'], templates: true });
  const before = { before: 0, at: 'the choices of an input' };
  check.template(raw.with, [...path, 'with'], before);
  check.expression(raw.value, [...path, 'value'], { ...before, result: kindOutputs(kind) ?? 'any' });
}
