import { PortFailure } from '../../ports/failure.ts';
import type { KubeObject } from '../../ports/kubernetes.ts';
import type { Place } from './place.ts';

const AUTOSCALERS = { group: 'autoscaling', resource: 'horizontalpodautoscalers' } as const;

/** What the horizontal pod autoscalers of a workload mean for setting its replicas by hand. */
export interface AutoscalerReport {
  readonly facts: readonly string[];
  readonly warnings: readonly string[];
}

/** Looks for autoscalers of this workload, in whichever version is served; not being able to look is reported, too. */
export async function reportAutoscalers(
  { kube, namespace, options }: Place,
  workload: { readonly kind: string; readonly name: string; readonly replicas: number },
): Promise<AutoscalerReport> {
  let autoscalers: readonly KubeObject[];
  try {
    if ((await kube.servedVersion(AUTOSCALERS, options)) === undefined) {
      return { facts: ['this cluster serves no HorizontalPodAutoscalers'], warnings: [] };
    }
    autoscalers = (await kube.list({ ...AUTOSCALERS, namespace }, options)).items;
  } catch (error) {
    if (!(error instanceof PortFailure) || error.reason === 'cancelled') throw error;
    return {
      facts: [],
      warnings: [
        `Whether a HorizontalPodAutoscaler would change the replicas back could not be checked: ${error.message}`,
      ],
    };
  }
  const own = autoscalers.filter(({ spec }) => scales(spec?.scaleTargetRef, workload));
  if (own.length === 0) return { facts: ['no HorizontalPodAutoscaler targets it'], warnings: [] };
  return { facts: [], warnings: own.map((autoscaler) => consequence(autoscaler, workload.replicas)) };
}

function scales(ref: unknown, workload: { readonly kind: string; readonly name: string }): boolean {
  if (typeof ref !== 'object' || ref === null || !('kind' in ref) || !('name' in ref)) return false;
  return ref.name === workload.name && String(ref.kind).toLowerCase() === workload.kind;
}

function consequence({ metadata, spec }: KubeObject, replicas: number): string {
  const name = `HorizontalPodAutoscaler ${metadata.name}`;
  const least = typeof spec?.minReplicas === 'number' ? spec.minReplicas : 1;
  const most = typeof spec?.maxReplicas === 'number' ? spec.maxReplicas : undefined;
  if (replicas === 0)
    return `With 0 replicas ${name} stops working until the replicas are set above 0 again.`;
  if (replicas < least) return `${name} will raise the replicas to its minimum of ${least} again.`;
  if (most !== undefined && replicas > most)
    return `${name} will lower the replicas to its maximum of ${most}.`;
  return `${name} sets the replicas between ${least} and ${most ?? 'its maximum'}: it may change them at any time.`;
}
