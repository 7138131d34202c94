import type { Clock } from '../ports/clock.ts';
import { isUnavailable } from '../ports/failure.ts';
import type { JsonObject } from '../ports/json.ts';
import type { Ports, ReadPorts } from '../ports/ports.ts';
import type { Runbook, Step } from '../runbook/runbook.ts';
import type { Plan, PlanContext, Risk, StepKind } from '../steps/step-kind.ts';
import type { Event, Failure, World } from './event.ts';
import { toFailure } from './failure.ts';
import { effectiveRisk, shortResult } from './perform-step.ts';
import { readOnlyPorts } from './read-only-ports.ts';
import { reduce } from './reduce.ts';
import { evaluateFor, loopItems, notNeeded, renderFor, sessionNamespace, unmetCondition } from './scope.ts';
import { descriptionOf, sectionTitleOf, titleOf } from './select.ts';
import type { SessionState, StepState } from './state.ts';
import { newTexts } from './texts.ts';
import { untilKnown } from './unknowns.ts';

/** What a step would do, as far as it can be known without doing anything. */
export interface PreviewStep {
  readonly id: string;
  readonly title: string;
  readonly description?: string;
  /** The section's title. */
  readonly section: string;
  readonly uses: string;
  /** 'not-needed': its condition does not hold as things are. */
  readonly label: 'reads' | 'writes' | 'human' | 'unknown' | 'not-needed';
  /** The step that must have run before this one can be known. */
  readonly unknownUntil?: string;
  readonly risk: Risk;
  readonly plan?: Plan;
  /** What a reading step found, just now. */
  readonly found?: {
    readonly summary: string;
    readonly evidence: readonly string[];
    readonly holds: boolean;
  };
  /** It would fail as things are. */
  readonly failure?: Failure;
  /** Something it needs is not there: it would become a question. */
  readonly unavailable?: string;
  /** Why it is unknown or not needed, a sentence. */
  readonly reason?: string;
}

/** What would stand beside the steps, as it is now: 'errors', '38 %, CRITICAL, above 5 %'. */
export interface PreviewFigure {
  readonly title: string;
  readonly level: 'normal' | 'warning' | 'critical' | 'unknown';
  readonly says: string;
}

export interface PreviewDocument {
  readonly world: World;
  readonly runbook: {
    readonly id: string;
    readonly title: string;
    readonly description?: string;
    readonly source?: string;
  };
  readonly steps: readonly PreviewStep[];
  readonly figures?: readonly PreviewFigure[];
  readonly totals: {
    readonly writes: number;
    readonly dangerous: number;
    readonly missingPermissions: number;
    readonly unknown: number;
    readonly failing: number;
    readonly unavailable: number;
  };
}

export interface PreviewOptions {
  readonly runbook: Runbook;
  readonly inputs: JsonObject;
  readonly world: World;
  readonly version: string;
  readonly kinds: readonly StepKind[];
  readonly reads: ReadPorts;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  onStep?(step: PreviewStep): void;
}

/** Walks a runbook with reads and dry-runs alone; nothing is journalled, nothing is changed. */
export async function preview(options: PreviewOptions): Promise<PreviewDocument> {
  const walk = newWalk(options);
  const steps: PreviewStep[] = [];
  for (let at = 0; at < walk.state().order.length; at++) {
    options.signal.throwIfAborted();
    const id = walk.state().order[at];
    const step = id === undefined ? undefined : walk.state().steps[id];
    if (step === undefined) continue;
    const previewed = await previewStep(walk, step);
    if (previewed === 'expanded') {
      at -= 1;
      continue;
    }
    steps.push(previewed);
    options.onStep?.(previewed);
  }
  const { id, title, description, source } = options.runbook;
  return {
    world: options.world,
    runbook: {
      id,
      title,
      ...(description === undefined ? {} : { description }),
      ...(source === undefined ? {} : { source }),
    },
    steps,
    totals: totalsOf(steps),
  };
}

interface Walk {
  readonly options: PreviewOptions;
  readonly ports: Ports;
  readonly context: PlanContext;
  state(): SessionState;
  pretend(...drafts: readonly PretendedEvent[]): void;
}

type PretendedEvent = Event extends infer E ? (E extends Event ? Omit<E, 'seq' | 'time'> : never) : never;

function newWalk(options: PreviewOptions): Walk {
  let state: SessionState | undefined;
  let seq = 0;
  const pretend: Walk['pretend'] = (...drafts) => {
    for (const draft of drafts) {
      seq += 1;
      state = reduce(state, { ...draft, seq, time: new Date(options.clock.now()).toISOString() } as Event);
    }
  };
  const { runbook, inputs, world, version } = options;
  pretend({ type: 'session-started', session: 'preview', runbook, inputs, world, version });
  const current = (): SessionState => {
    if (state === undefined) throw new Error('The preview has no session');
    return state;
  };
  const context = { ports: options.reads, signal: options.signal, namespace: sessionNamespace(current()) };
  return { options, ports: readOnlyPorts(options.reads), context, state: current, pretend };
}

async function previewStep(walk: Walk, step: StepState): Promise<PreviewStep | 'expanded'> {
  const spec = walk.state().runbook.steps.find((candidate) => candidate.id === step.of);
  const kind = walk.options.kinds.find((candidate) => candidate.kind === spec?.uses);
  if (spec === undefined || kind === undefined) throw new Error(`No kind for step ${step.id}`);
  const texts = newTexts(walk.state());
  if (texts !== undefined) walk.pretend({ type: 'texts-rendered', ...texts });
  const description = descriptionOf(walk.state(), step.id);
  const base = {
    id: step.id,
    title: titleOf(walk.state(), step.id),
    ...(description === undefined ? {} : { description }),
    section: sectionTitleOf(walk.state(), spec.section),
    uses: spec.uses,
    risk: spec.risk ?? kind.risk,
  };
  const unknown = untilKnown(walk.state(), step, spec);
  if (unknown !== undefined)
    return {
      ...base,
      label: 'unknown',
      unknownUntil: unknown,
      reason: `Not known until ${unknown} has run.`,
    };
  try {
    const unmet = unmetCondition(walk.state(), step, spec);
    if (unmet !== undefined) {
      const reason = notNeeded(unmet);
      walk.pretend({ type: 'step-skipped', step: step.id, reason, by: 'policy' });
      return { ...base, label: 'not-needed', reason };
    }
    if (spec.forEach !== undefined && step.index === undefined) {
      walk.pretend({
        type: 'loop-expanded',
        step: step.id,
        items: loopItems(walk.state(), step, spec.forEach),
      });
      return 'expanded';
    }
    return await previewPlanned(walk, step, spec, kind, base);
  } catch (error) {
    if (isUnavailable(error)) {
      // Nobody is asked about a message that cannot be sent: what follows is as it would be without.
      if (spec.notifies)
        walk.pretend({ type: 'step-skipped', step: step.id, reason: error.message, by: 'policy' });
      return { ...base, label: 'reads', unavailable: error.message };
    }
    return { ...base, label: labelOf(kind), failure: toFailure(error, 'plan') };
  }
}

const labelOf = (kind: StepKind): 'reads' | 'writes' => (kind.risk === 'safe' ? 'reads' : 'writes');

type Base = Omit<PreviewStep, 'label'>;

async function previewPlanned(
  walk: Walk,
  step: StepState,
  spec: Step,
  kind: StepKind,
  base: Base,
): Promise<PreviewStep> {
  const params = kind.schema.parse(renderFor(walk.state(), step, spec.with));
  const planned = await kind.plan(params, walk.context);
  const plan: Plan = {
    ...planned,
    risk: effectiveRisk(planned, spec.risk, walk.options.world.production === true && kind.notifies !== true),
  };
  const shown = { ...base, plan, risk: plan.risk };
  if (plan.question !== undefined) return { ...shown, ...assumeOffered(walk, step, plan), label: 'human' };
  if (plan.effects.length > 0 && !plan.alreadyDone) return { ...shown, label: 'writes' };
  const found = await look(walk, step, spec, kind, plan);
  return { ...shown, label: 'reads', ...(found === undefined ? {} : { found }) };
}

/** Later steps are shown as they would be after the answer that a decision offers, where it goes straight on. */
function assumeOffered(walk: Walk, step: StepState, plan: Plan): { readonly plan: Plan } {
  const { question } = plan;
  const offered = question?.type === 'decision' ? question.default : undefined;
  const option =
    question?.type === 'decision' ? question.options.find(({ value }) => value === offered) : undefined;
  if (option === undefined || option.goTo !== undefined) return { plan };
  const { value, label } = option;
  const done = { type: 'step-succeeded', step: step.id, evidence: [], durationMs: 0 } as const;
  walk.pretend({ ...done, summary: label, outputs: { value } });
  return {
    plan: { ...plan, facts: [...plan.facts, `what follows assumes the answer that is offered: ${label}`] },
  };
}

/** Reads once, now, and lets later steps know what was found. */
async function look(
  walk: Walk,
  step: StepState,
  spec: Step,
  kind: StepKind,
  plan: Plan,
): Promise<PreviewStep['found']> {
  const context = {
    ...walk.context,
    ports: walk.ports,
    emit: () => undefined,
    outputFile: undefined,
    attemptId: 'preview',
  };
  const outcome = plan.alreadyDone ? undefined : await kind.run?.(plan, context);
  const seen = await kind.observe?.(plan, walk.context);
  const outputs = { ...outcome?.outputs, ...seen?.outputs };
  const named = evaluateFor(walk.state(), step, spec.outputs, outputs);
  const result = { ...outputs, ...named };
  const expect = spec.verify?.expect;
  const expected =
    expect === undefined || evaluateFor(walk.state(), step, { expect }, result).expect === true;
  const summary = shortResult(named) ?? seen?.summary ?? outcome?.summary ?? '';
  const evidence = [...(outcome?.evidence ?? []), ...(seen?.evidence ?? [])];
  walk.pretend({ type: 'step-succeeded', step: step.id, summary, evidence, outputs: result, durationMs: 0 });
  return { summary, evidence, holds: (seen?.holds ?? true) && expected };
}

function totalsOf(steps: readonly PreviewStep[]): PreviewDocument['totals'] {
  const writes = steps.filter((step) => step.label === 'writes');
  const denied = steps
    .flatMap((step) => step.plan?.permissions ?? [])
    .filter((permission) => permission.allowed === false);
  const distinct = new Set(
    denied.map(({ verb, group, resource, subresource, name }) =>
      [verb, group, resource, subresource, name].join(' '),
    ),
  );
  return {
    writes: writes.length,
    dangerous: writes.filter((step) => step.risk === 'dangerous').length,
    missingPermissions: distinct.size,
    unknown: steps.filter((step) => step.label === 'unknown').length,
    failing: steps.filter((step) => step.failure !== undefined || step.found?.holds === false).length,
    unavailable: steps.filter((step) => step.unavailable !== undefined).length,
  };
}
