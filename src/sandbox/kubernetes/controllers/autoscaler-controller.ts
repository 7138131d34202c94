import type { StoredObject } from '../store.ts';
import { type Condition, withCondition } from './conditions.ts';
import type { Controller, ControllerContext } from './controller-context.ts';
import { timeText } from './deployment-status.ts';
import { AUTOSCALERS, DEPLOYMENTS, itemId, splitItemId } from './keys.ts';
import { ReconcileQueue } from './reconcile-queue.ts';

const SOURCE = { component: 'horizontal-pod-autoscaler' };
const SYNC_MS = 3000;

/** How many replicas the load asks for; undefined when the autoscaler has no opinion. */
export type Demand = (autoscaler: StoredObject) => number | undefined;

/** Holds the size of a Deployment between its bounds, where the load wants it. At zero it lets go. */
export class AutoscalerController implements Controller {
  readonly #context: ControllerContext;
  readonly #demand: Demand;
  readonly #queue: ReconcileQueue;

  constructor(context: ControllerContext, demand: Demand) {
    this.#context = context;
    this.#demand = demand;
    this.#queue = new ReconcileQueue({
      clock: context.clock,
      onError: context.onError,
      reconcile: (id) => this.#reconcile(id),
    });
  }

  start(): void {
    const { view, pace } = this.#context;
    const later = (namespace: string | undefined, name: string) =>
      this.#queue.add(itemId(namespace, name), pace(SYNC_MS));
    view.on(AUTOSCALERS, ({ object, type }) => {
      if (type !== 'DELETED') later(object.metadata.namespace, object.metadata.name);
    });
    view.on(DEPLOYMENTS, ({ object }) => {
      for (const autoscaler of view.inNamespace(AUTOSCALERS, object.metadata.namespace ?? '')) {
        if (targets(autoscaler, object)) later(autoscaler.metadata.namespace, autoscaler.metadata.name);
      }
    });
    for (const { metadata } of view.all(AUTOSCALERS)) later(metadata.namespace, metadata.name);
  }

  stop(): void {
    this.#queue.stop();
  }

  #reconcile(id: string): void {
    const { store } = this.#context;
    const { namespace, name } = splitItemId(id);
    const autoscaler = store.get(AUTOSCALERS, namespace, name);
    if (autoscaler === undefined) return;
    const { scaleTargetRef, minReplicas, maxReplicas } = autoscaler.spec;
    if (scaleTargetRef?.kind !== 'Deployment') return;
    const deployment = store.get(DEPLOYMENTS, namespace, scaleTargetRef.name);
    if (deployment === undefined) {
      this.#write(autoscaler, 0, 0, {
        type: 'AbleToScale',
        status: 'False',
        reason: 'FailedGetScale',
        message: `the HPA controller was unable to get the target's current scale: deployments.apps "${scaleTargetRef.name}" not found`,
      });
      return;
    }
    const current: number = deployment.spec.replicas;
    const seen: number = deployment.status?.replicas ?? 0;
    if (current === 0) {
      this.#write(autoscaler, seen, 0, {
        type: 'ScalingActive',
        status: 'False',
        reason: 'ScalingDisabled',
        message: 'scaling is disabled since the replica count of the target is zero',
      });
      return;
    }
    const wanted = Math.min(maxReplicas, Math.max(minReplicas ?? 1, this.#demand(autoscaler) ?? current));
    if (wanted !== current) this.#rescale(autoscaler, deployment, current, wanted);
    this.#write(autoscaler, seen, wanted, {
      type: 'ScalingActive',
      status: 'True',
      reason: 'ValidMetricFound',
      message:
        'the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)',
    });
  }

  #rescale(autoscaler: StoredObject, deployment: StoredObject, current: number, wanted: number): void {
    const { store, events } = this.#context;
    const { namespace, name } = deployment.metadata;
    store.mutate(DEPLOYMENTS, namespace, name, (draft) => {
      draft.spec.replicas = wanted;
    });
    const why =
      wanted > current
        ? 'cpu resource utilization (percentage of request) above target'
        : 'All metrics below target';
    const message = `New size: ${wanted}; reason: ${why}`;
    events.record(autoscaler, { type: 'Normal', reason: 'SuccessfulRescale', message, source: SOURCE });
  }

  #write(autoscaler: StoredObject, current: number, wanted: number, condition: Condition): void {
    const { store, clock } = this.#context;
    const now = timeText(clock.now());
    store.mutate(AUTOSCALERS, autoscaler.metadata.namespace, autoscaler.metadata.name, (draft) => {
      draft.status = {
        ...draft.status,
        currentReplicas: current,
        desiredReplicas: wanted,
        conditions: withCondition(draft.status?.conditions, condition, now),
      };
    });
  }
}

function targets(autoscaler: StoredObject, deployment: StoredObject): boolean {
  const { kind, name } = autoscaler.spec.scaleTargetRef ?? {};
  return kind === 'Deployment' && name === deployment.metadata.name;
}
