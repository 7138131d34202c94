import type { StatusCause } from '../api-error.ts';
import { sameJson } from '../json.ts';
import type { StoredObject } from '../store.ts';
import {
  forbidden,
  goIntOrString,
  goMap,
  invalid,
  labelCauses,
  notNegative,
  required,
  unsupported,
} from './causes.ts';
import { podSpecCauses } from './pod-rules.ts';

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly unknown[];
}

const STRATEGIES = ['Recreate', 'RollingUpdate'];

function goSelector({ matchLabels, matchExpressions }: Selector): string {
  const expressions =
    matchExpressions === undefined
      ? '[]v1.LabelSelectorRequirement(nil)'
      : `[]v1.LabelSelectorRequirement${JSON.stringify(matchExpressions)}`;
  return `v1.LabelSelector{MatchLabels:${goMap(matchLabels)}, MatchExpressions:${expressions}}`;
}

function* selectorCauses(selector: Selector | undefined, kind: string): Generator<StatusCause> {
  if (selector === undefined) return yield required('spec.selector');
  yield* labelCauses('spec.selector.matchLabels', selector.matchLabels);
  const { matchLabels = {}, matchExpressions = [] } = selector;
  if (Object.keys(matchLabels).length + matchExpressions.length === 0) {
    yield invalid('spec.selector', selector, `empty selector is invalid for ${kind}`, goSelector(selector));
  }
}

function* templateCauses(spec: StoredObject['spec']): Generator<StatusCause> {
  const labels: Readonly<Record<string, string>> | undefined = spec.template?.metadata?.labels;
  const wanted = Object.entries((spec.selector as Selector | undefined)?.matchLabels ?? {});
  // No selector at all selects nothing.
  if (spec.selector === undefined || wanted.some(([key, value]) => labels?.[key] !== value)) {
    const why = '`selector` does not match template `labels`';
    yield invalid('spec.template.metadata.labels', labels, why, goMap(labels));
  }
  yield* labelCauses('spec.template.labels', labels);
  yield* podSpecCauses('spec.template.spec', spec.template?.spec);
  const { restartPolicy = 'Always' } = spec.template?.spec ?? {};
  if (restartPolicy !== 'Always') {
    yield unsupported('spec.template.spec.restartPolicy', restartPolicy, ['Always']);
  }
}

/** 0, '0' or '0%'. */
function isZero(value: unknown): boolean {
  return Number.parseInt(String(value ?? 0), 10) === 0;
}

function* rollingUpdateCauses(
  field: string,
  update: { readonly maxSurge?: unknown; readonly maxUnavailable?: unknown },
): Generator<StatusCause> {
  for (const name of ['maxUnavailable', 'maxSurge'] as const) {
    const value = update[name];
    if (typeof value === 'number') yield* notNegative(`${field}.${name}`, value);
    if (typeof value !== 'string' || /^\d+%$/.test(value)) continue;
    const why =
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
    yield invalid(`${field}.${name}`, value, why, goIntOrString(value));
  }
  if (isZero(update.maxUnavailable) && isZero(update.maxSurge)) {
    const { maxUnavailable } = update;
    const why = 'may not be 0 when `maxSurge` is 0';
    yield invalid(`${field}.maxUnavailable`, maxUnavailable, why, goIntOrString(maxUnavailable));
  }
}

function* strategyCauses(strategy: StoredObject['spec']): Generator<StatusCause> {
  const { type, rollingUpdate } = strategy;
  if (type === 'Recreate' && rollingUpdate) {
    yield forbidden('spec.strategy.rollingUpdate', "may not be specified when strategy `type` is 'Recreate'");
  } else if (type === 'RollingUpdate') {
    yield* rollingUpdateCauses('spec.strategy.rollingUpdate', rollingUpdate ?? {});
  } else if (type !== 'Recreate') {
    const shown = `apps.DeploymentStrategy{Type:${JSON.stringify(type)}, RollingUpdate:(*apps.RollingUpdateDeployment)(nil)}`;
    yield unsupported('spec.strategy', strategy, STRATEGIES, shown);
  }
}

/** Replicas, selector and template: what Deployments, ReplicaSets, StatefulSets and DaemonSets share. */
export function* workloadCauses(
  object: StoredObject,
  before: StoredObject | undefined,
): Generator<StatusCause> {
  const { spec } = object;
  yield* notNegative('spec.replicas', spec.replicas);
  yield* selectorCauses(spec.selector, object.kind.toLowerCase());
  yield* templateCauses(spec);
  if (object.kind === 'Deployment') yield* strategyCauses(spec.strategy);
  yield* notNegative('spec.minReadySeconds', spec.minReadySeconds);
  yield* notNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit);
  const deadline = spec.progressDeadlineSeconds;
  yield* notNegative('spec.progressDeadlineSeconds', deadline);
  if (typeof deadline === 'number' && deadline <= (spec.minReadySeconds ?? 0)) {
    yield invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds');
  }
  if (before !== undefined && !sameJson(before.spec.selector, spec.selector)) {
    yield invalid('spec.selector', spec.selector, 'field is immutable', goSelector(spec.selector ?? {}));
  }
}
