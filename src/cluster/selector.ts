import type { KubeObject } from '../ports/kubernetes.ts';

export type Labels = Readonly<Record<string, string>>;

/** Whether a Service with this selector would pick these labels. As for a Service, an empty selector picks nothing. */
export function matchesLabels(selector: Labels, labels: Labels | undefined): boolean {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([key, value]) => labels?.[key] === value);
}

/** `app=frontend-blue,color=blue`, keys in order: a label selector for the API server and for reading. */
export function formatSelector(selector: Labels): string {
  return Object.keys(selector)
    .sort()
    .map((key) => `${key}=${selector[key]}`)
    .join(',');
}

interface Condition {
  readonly type?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
}

/** The condition of that type from `status.conditions`. */
export function condition(object: KubeObject, type: string): Condition | undefined {
  const conditions = object.status?.conditions;
  if (!Array.isArray(conditions)) return undefined;
  return (conditions as readonly Condition[]).find((each) => each?.type === type);
}

export function isPodTerminating(pod: KubeObject): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

/** Ready as a Service sees it: the Ready condition is true and nobody has asked it to go. */
export function isPodReady(pod: KubeObject): boolean {
  return condition(pod, 'Ready')?.status === 'True' && !isPodTerminating(pod);
}
