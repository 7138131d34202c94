import type { StoredObject } from '../store.ts';
import { humanDuration } from './age.ts';
import { ageColumn, type Column, count, nameColumn, selectorText, text, wide } from './column.ts';

interface Container {
  readonly name: string;
  readonly image?: string;
}

function containersOf(object: StoredObject): readonly Container[] {
  return object.spec?.template?.spec?.containers ?? [];
}

const containerNames = wide(
  text('Containers', 'Names of the containers in the template.', (object) =>
    containersOf(object)
      .map((container) => container.name)
      .join(','),
  ),
);

const containerImages = wide(
  text('Images', 'Images of the containers in the template.', (object) =>
    containersOf(object)
      .map((container) => container.image ?? '')
      .join(','),
  ),
);

const selector = wide(
  text('Selector', 'Which pods belong to it.', (object) => selectorText(object.spec?.selector)),
);

const readyOfDesired = text(
  'Ready',
  'Ready pods, of the desired number.',
  (object) => `${object.status?.readyReplicas ?? 0}/${object.spec?.replicas ?? 0}`,
);

export const deploymentColumns: readonly Column[] = [
  nameColumn,
  readyOfDesired,
  text('Up-to-date', 'Pods of the newest template.', (object) => object.status?.updatedReplicas ?? 0),
  text('Available', 'Pods ready for long enough.', (object) => object.status?.availableReplicas ?? 0),
  ageColumn,
  containerNames,
  containerImages,
  selector,
];

export const replicaSetColumns: readonly Column[] = [
  nameColumn,
  count('Desired', 'Desired number of pods.', (object) => object.spec?.replicas ?? 0),
  count('Current', 'Pods there are.', (object) => object.status?.replicas ?? 0),
  count('Ready', 'Ready pods.', (object) => object.status?.readyReplicas ?? 0),
  ageColumn,
  containerNames,
  containerImages,
  selector,
];

export const statefulSetColumns: readonly Column[] = [
  nameColumn,
  readyOfDesired,
  ageColumn,
  containerNames,
  containerImages,
];

export const daemonSetColumns: readonly Column[] = [
  nameColumn,
  count('Desired', 'Nodes that should run it.', (object) => object.status?.desiredNumberScheduled ?? 0),
  count('Current', 'Nodes that run it.', (object) => object.status?.currentNumberScheduled ?? 0),
  count('Ready', 'Nodes with a ready pod.', (object) => object.status?.numberReady ?? 0),
  text('Up-to-date', 'Pods of the newest template.', (object) => object.status?.updatedNumberScheduled ?? 0),
  text('Available', 'Pods ready for long enough.', (object) => object.status?.numberAvailable ?? 0),
  text('Node Selector', 'Nodes it is meant for.', (object) =>
    selectorText({ matchLabels: object.spec?.template?.spec?.nodeSelector }),
  ),
  ageColumn,
  containerNames,
  containerImages,
  selector,
];

function jobStatus(job: StoredObject): string {
  const conditions: readonly { type: string; status: string }[] = job.status?.conditions ?? [];
  const ended = conditions.find((condition) => condition.status === 'True');
  return ended?.type ?? 'Running';
}

function jobDuration(job: StoredObject, now: number): string {
  const start = Date.parse(job.status?.startTime ?? '');
  if (Number.isNaN(start)) return '';
  const end = Date.parse(job.status?.completionTime ?? '');
  return humanDuration((Number.isNaN(end) ? now : end) - start);
}

export const jobColumns: readonly Column[] = [
  nameColumn,
  text('Status', 'How the job stands.', jobStatus),
  text(
    'Completions',
    'Succeeded pods, of the wanted number.',
    (job) => `${job.status?.succeeded ?? 0}/${job.spec?.completions ?? 1}`,
  ),
  text('Duration', 'How long the job ran.', jobDuration),
  ageColumn,
  containerNames,
  containerImages,
  selector,
];

interface Metric {
  readonly type: string;
  readonly resource?: {
    readonly name?: string;
    readonly target?: Target;
    readonly current?: Target;
  };
}

interface Target {
  readonly averageUtilization?: number;
  readonly averageValue?: string;
}

function metricText(metric: Metric, current: Metric | undefined): string {
  const { name, target } = metric.resource ?? {};
  const now = current?.resource?.current;
  if (target?.averageUtilization !== undefined) {
    return `${name}: ${now?.averageUtilization === undefined ? '<unknown>' : `${now.averageUtilization}%`}/${target.averageUtilization}%`;
  }
  return `${name ?? metric.type}: ${now?.averageValue ?? '<unknown>'}/${target?.averageValue ?? '<auto>'}`;
}

function targetsText(autoscaler: StoredObject): string {
  const metrics: readonly Metric[] = autoscaler.spec?.metrics ?? [];
  const current: readonly Metric[] = autoscaler.status?.currentMetrics ?? [];
  if (metrics.length === 0) return '<none>';
  return metrics.map((metric, index) => metricText(metric, current[index])).join(', ');
}

export const autoscalerColumns: readonly Column[] = [
  nameColumn,
  text('Reference', 'What is scaled.', (object) => {
    const target = object.spec?.scaleTargetRef;
    return `${target?.kind}/${target?.name}`;
  }),
  text('Targets', 'Current and wanted metrics.', targetsText),
  text('MinPods', 'Lower limit.', (object) => String(object.spec?.minReplicas ?? '<unset>')),
  count('MaxPods', 'Upper limit.', (object) => object.spec?.maxReplicas ?? 0),
  count('Replicas', 'Pods there are.', (object) => object.status?.currentReplicas ?? 0),
  ageColumn,
];

export const disruptionBudgetColumns: readonly Column[] = [
  nameColumn,
  text('Min Available', 'Pods that must stay.', (object) => String(object.spec?.minAvailable ?? 'N/A')),
  text('Max Unavailable', 'Pods that may go.', (object) => String(object.spec?.maxUnavailable ?? 'N/A')),
  count('Allowed Disruptions', 'Pods that may go now.', (object) => object.status?.disruptionsAllowed ?? 0),
  ageColumn,
];
