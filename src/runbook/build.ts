import type { Json } from '../ports/json.ts';
import { parseDuration } from '../prose/duration.ts';
import type { FileInput, FileStep, RunbookFile } from './file-schema.ts';
import type { Outline } from './outline.ts';
import type {
  DurationTemplate,
  InputSpec,
  Limit,
  Limits,
  OnFailure,
  Runbook,
  Scope,
  Section,
  Step,
  VerifySpec,
  WatchSpec,
} from './runbook.ts';
import { bareExpression } from './template.ts';

/** A valid file as the types say it; steps that call a runbook are still in it. */
export function buildRunbook(
  file: RunbookFile,
  outline: Outline,
  at: { file: string; sha256: string },
  notifies: (kind: string) => boolean = () => false,
): Runbook {
  const inputs = Object.entries(file.inputs ?? {}).map(([name, input]) => inputSpec(name, input));
  const steps = outline.steps.map((step) =>
    buildStep(
      step.raw as unknown as FileStep,
      step.section.id,
      step.section.raw?.if as string | undefined,
      notifies,
    ),
  );
  const stepIds = Map.groupBy(steps, (step) => step.section);
  const sections = outline.sections.map(
    ({ id, raw }): Section => ({
      id,
      title: typeof raw?.title === 'string' ? raw.title : file.title,
      ...optional('description', raw?.description as string | undefined),
      stepIds: (stepIds.get(id) ?? []).map((step) => step.id),
    }),
  );
  const scope: Scope = {
    id: '',
    runbookId: file.id,
    inputs,
    vars: (file.vars ?? {}) as Record<string, Json>,
    outputs: (file.outputs ?? {}) as Record<string, Json>,
  };
  return {
    id: file.id,
    title: file.title,
    ...optional('description', file.description),
    ...optional('source', file.source),
    ...at,
    inputs,
    ...optional('kubernetes', file.kubernetes as Runbook['kubernetes']),
    ...optional('watch', file.watch === undefined ? undefined : watchSpec(file.watch)),
    sections,
    steps,
    scopes: { '': scope },
  };
}

type Optional<Key extends string, Value> = { readonly [K in Key]?: Exclude<Value, undefined> };

/** Nothing, rather than a key that holds undefined. */
function optional<Key extends string, Value>(key: Key, value: Value): Optional<Key, Value> {
  return (value === undefined ? {} : { [key]: value }) as Optional<Key, Value>;
}

function inputSpec(name: string, input: FileInput): InputSpec {
  const from = input['choices-from'];
  return {
    name,
    type: input.type,
    ...optional('description', input.description),
    required: input.required ?? input.default === undefined,
    ...optional('default', input.default as Json | undefined),
    ...optional('pattern', input.pattern),
    ...optional('choices', input.choices),
    ...optional(
      'choicesFrom',
      from && { uses: from.uses, with: (from.with ?? {}) as Json, value: bareExpression(from.value) },
    ),
  };
}

function watchSpec(watch: NonNullable<RunbookFile['watch']>): WatchSpec {
  return {
    ...optional('pods', watch.pods),
    ...optional('deployments', watch.deployments),
    ...optional('services', watch.services),
    ...optional('events', watch.events),
    ...optional(
      'metrics',
      watch.metrics?.map((metric) => ({
        title: metric.title,
        query: metric.query,
        ...optional('unit', metric.unit),
        ...lookedBack(metric.since),
        ...limits(metric),
      })),
    ),
    ...optional(
      'logs',
      watch.logs?.map((log) => ({
        title: log.title,
        index: log.index,
        query: log.query,
        ...optional('timeField', log['time-field']),
        ...lookedBack(log.since),
        ...limits(log),
      })),
    ),
    ...optional('links', watch.links),
  };
}

function lookedBack(since: string | undefined) {
  return optional('sinceMs', since === undefined ? undefined : parseDuration(since));
}

type FileLimits = { readonly [Name in `${'warn' | 'critical'}-${'above' | 'below'}`]?: Limit | undefined };

function limits(given: FileLimits): Limits {
  return {
    ...optional('warnAbove', given['warn-above']),
    ...optional('criticalAbove', given['critical-above']),
    ...optional('warnBelow', given['warn-below']),
    ...optional('criticalBelow', given['critical-below']),
  };
}

function buildStep(
  step: FileStep,
  section: string,
  sectionIf: string | undefined,
  notifies: (kind: string) => boolean,
): Step {
  const only = notifies(step.uses) ? ({ notifies: true } as const) : {};
  const conditions = [sectionIf, step.if].filter((text) => text !== undefined);
  const loop = step['for-each'];
  return {
    id: step.id,
    title: step.title,
    ...optional('description', step.description),
    section,
    conditions: conditions.map((text) => ({ scope: '', expression: bareExpression(text) })),
    uses: step.uses,
    with: (step.with ?? {}) as Json,
    scope: '',
    outputs: Object.fromEntries(
      Object.entries(step.outputs ?? {}).map(([name, text]) => [name, bareExpression(text)]),
    ),
    ...optional('risk', step.risk),
    // A list in JSON is a list in CEL.
    ...optional('forEach', typeof loop === 'string' ? bareExpression(loop) : loop && JSON.stringify(loop)),
    ...optional(
      'retry',
      step.retry && {
        attempts: step.retry.attempts,
        backoffMs: parseDuration(step.retry.backoff ?? '1s') ?? 1000,
      },
    ),
    ...optional('timeoutMs', step.timeout === undefined ? undefined : parseDuration(step.timeout)),
    ...optional('verify', step.verify && verifySpec(step.verify)),
    onFailure: onFailure(step['on-failure'], only.notifies ? 'continue' : 'ask'),
    ...only,
    ...optional('expectedMs', step.expected === undefined ? undefined : parseDuration(step.expected)),
  };
}

function verifySpec(verify: NonNullable<FileStep['verify']>): VerifySpec {
  return {
    ...optional('for', durationTemplate(verify.for)),
    ...optional('within', durationTemplate(verify.within)),
    ...optional('every', durationTemplate(verify.every)),
    ...optional('expect', verify.expect === undefined ? undefined : bareExpression(verify.expect)),
    ...optional('says', verify.says),
  };
}

function durationTemplate(text: string | undefined): DurationTemplate | undefined {
  return text === undefined ? undefined : (parseDuration(text) ?? text);
}

function onFailure(given: FileStep['on-failure'], unsaid: 'ask' | 'continue'): OnFailure {
  if (given === undefined) return { action: unsaid };
  if (typeof given === 'string') return { action: given };
  return 'undo' in given
    ? { action: 'undo', steps: given.undo }
    : { action: 'go-to', section: given['go-to'] };
}
