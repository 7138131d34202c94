import type { StoredObject } from '../store.ts';
import { type PodFacts, podStatus } from './container-state.ts';
import type { ControllerContext } from './controller-context.ts';
import { timeText } from './deployment-status.ts';
import type { EventNote } from './event-recorder.ts';
import { PODS } from './keys.ts';

export interface Node {
  readonly name: string;
  readonly ip: string;
  /** Images that need no pull any more. */
  readonly images: Set<string>;
}

export type Tell = (type: EventNote['type'], reason: string, message: string, container?: string) => void;

/** What a kubelet tells the API server about one pod. */
export class PodReporter {
  readonly #context: ControllerContext;
  readonly #node: Node;

  constructor(context: ControllerContext, node: Node) {
    this.#context = context;
    this.#node = node;
  }

  /** Whether this very pod, not a namesake, is still there. */
  isThere(pod: StoredObject): boolean {
    const { namespace, name, uid } = pod.metadata;
    return this.#context.store.get(PODS, namespace, name)?.metadata.uid === uid;
  }

  status(pod: StoredObject, seen: Pick<PodFacts, 'podIP' | 'containers' | 'initContainers'>): void {
    if (!this.isThere(pod)) return;
    const { store, clock, minor } = this.#context;
    store.mutate(PODS, pod.metadata.namespace, pod.metadata.name, (draft) => {
      const now = timeText(clock.now());
      draft.status = podStatus(draft, { now, hostIP: this.#node.ip, minor, ...seen });
    });
  }

  event(pod: StoredObject, note: Omit<EventNote, 'source' | 'fieldPath'>, container: string): void {
    this.#context.events.record(pod, {
      ...note,
      source: { component: 'kubelet', host: this.#node.name },
      fieldPath: `spec.${isInitial(pod, container) ? 'initContainers' : 'containers'}{${container}}`,
    });
  }

  remove(pod: StoredObject): void {
    if (this.isThere(pod)) this.#context.store.remove(PODS, pod.metadata.namespace, pod.metadata.name);
  }
}

function isInitial(pod: StoredObject, container: string): boolean {
  const initial: { name: string }[] = pod.spec.initContainers ?? [];
  return initial.some(({ name }) => name === container);
}
