import type {
  KubeObject,
  Kubernetes,
  KubernetesReads,
  ReadOptions,
  ResourceRef,
} from '../../ports/kubernetes.ts';
import type { PlanContext, RunContext } from '../step-kind.ts';

/** A cluster that can be read, and the namespace that a step works in. */
export interface Place {
  readonly kube: KubernetesReads;
  readonly namespace: string;
  readonly options: ReadOptions;
}

export async function placeOf(context: PlanContext, namespace?: string): Promise<Place> {
  context.signal.throwIfAborted();
  const kube = await context.ports.kubernetes();
  return {
    kube,
    namespace: namespace ?? context.namespace ?? kube.context.namespace,
    options: { signal: context.signal },
  };
}

export async function writablePlace(
  context: RunContext,
): Promise<{ readonly kube: Kubernetes; readonly options: ReadOptions }> {
  context.signal.throwIfAborted();
  return { kube: await context.ports.kubernetes(), options: { signal: context.signal } };
}

/** 'service/frontend-service': how people name an object. */
export function nameOf(object: KubeObject): string {
  return `${(object.kind ?? 'object').toLowerCase()}/${object.metadata.name}`;
}

/** The object itself, where the reference is to one of its subresources. */
export function withoutSubresource({ subresource: _, ...ref }: ResourceRef): ResourceRef {
  return ref;
}
