import { type ContainerState, containerId } from '../kubernetes/controllers/container-state.ts';
import { timeText } from '../kubernetes/controllers/deployment-status.ts';
import type { EventRecorder } from '../kubernetes/controllers/event-recorder.ts';
import type { StoredObject } from '../kubernetes/store.ts';
import type { Behaviour } from './applications.ts';

/** How long a failing application has failed, no longer than it has been there, and how often it crashed. */
const FAILING_FOR_MS = 360_000;
const FIRST_WELL_MS = 30_000;
const CRASHES = 5;

export interface PastTiming {
  readonly created: number;
  readonly now: number;
  readonly random: () => number;
}

/** Since when an application that fails now has failed. */
export function failingSince({ created, now }: { readonly created: number; readonly now: number }): number {
  return Math.min(now, Math.max(created + FIRST_WELL_MS, now - FAILING_FOR_MS));
}

/** Brings a container to where its behaviour will have taken it by now. `where` names its pod in messages. */
export function pastContainer(
  container: ContainerState,
  where: string,
  behaviour: Behaviour,
  timing: PastTiming,
): void {
  const { created, now, random } = timing;
  if (!behaviour.imageExists) {
    const message = `Back-off pulling image "${container.image}"`;
    container.phase = { waiting: { reason: 'ImagePullBackOff', message } };
    return;
  }
  container.phase = { running: { startedAt: timeText(created + 1000) } };
  if (behaviour.crash !== undefined) {
    const ended = now - Math.round(15_000 + random() * 60_000);
    const { exitCode, afterSeconds } = behaviour.crash;
    container.restarts = CRASHES;
    container.last = {
      terminated: {
        exitCode,
        reason: 'Error',
        startedAt: timeText(ended - afterSeconds * 1000),
        finishedAt: timeText(ended),
        containerID: containerId(where, CRASHES - 1),
      },
    };
    const message = `back-off 2m40s restarting failed container=${container.name} pod=${where}`;
    container.phase = { waiting: { reason: 'CrashLoopBackOff', message } };
    return;
  }
  container.ready = behaviour.health >= 200 && behaviour.health < 400;
}

/** How the containers beside the first one do: they have the same image store, and none of its troubles. */
export function besides({ crash: _crash, ...behaviour }: Behaviour): Behaviour {
  return { ...behaviour, health: 200 };
}

/** An init container of a pod that runs: it has succeeded. */
export function pastInitContainer(container: ContainerState, where: string, created: number): void {
  container.phase = {
    terminated: {
      exitCode: 0,
      reason: 'Completed',
      startedAt: timeText(created + 400),
      finishedAt: timeText(created + 900),
      containerID: containerId(`${where}/${container.name}`, 0),
    },
  };
  container.ready = true;
}

interface PodContainers {
  readonly containers: readonly { readonly image: string }[];
  readonly initContainers?: readonly { readonly image: string }[];
}

/** A pod's spec as it was when its containers had another image. */
export function withImage<T extends PodContainers>(spec: T, image: { from: string; to: string }): T {
  const change = (list: PodContainers['containers']) =>
    list.map((item) => (item.image === image.from ? { ...item, image: image.to } : item));
  const { containers, initContainers } = spec;
  return {
    ...spec,
    containers: change(containers),
    ...(initContainers === undefined ? {} : { initContainers: change(initContainers) }),
  };
}

/** The events that such a past leaves behind, as far as an hour keeps them. */
export function tellPast(
  events: EventRecorder,
  pod: StoredObject,
  behaviour: Behaviour,
  { created, now }: PastTiming,
): void {
  const { name, namespace, uid } = pod.metadata;
  const container = pod.spec.containers[0]?.name ?? '';
  const source = { component: 'kubelet', host: String(pod.spec.nodeName) };
  const fieldPath = `spec.containers{${container}}`;
  const failing = failingSince({ created, now });
  const seconds = Math.round((now - failing) / 1000);
  if (now - created < 3_600_000) {
    const once = { count: 1, first: created + 800, last: created + 800 };
    const message = `Successfully assigned ${namespace}/${name} to ${source.host}`;
    const scheduler = { component: 'default-scheduler' };
    events.record(pod, { type: 'Normal', reason: 'Scheduled', message, source: scheduler }, once);
    const started = `Started container ${container}`;
    events.record(pod, { type: 'Normal', reason: 'Started', message: started, source, fieldPath }, once);
  }
  if (behaviour.crash !== undefined) {
    const message = `Back-off restarting failed container ${container} in pod ${name}_${namespace}(${uid})`;
    const past = { count: Math.max(1, Math.round(seconds / 12)), first: failing, last: now - 3000 };
    events.record(pod, { type: 'Warning', reason: 'BackOff', message, source, fieldPath }, past);
  } else if (behaviour.health >= 400) {
    const message = `Readiness probe failed: HTTP probe failed with statuscode: ${behaviour.health}`;
    const past = { count: Math.max(1, Math.round(seconds / 2)), first: failing, last: now - 1000 };
    events.record(pod, { type: 'Warning', reason: 'Unhealthy', message, source, fieldPath }, past);
  }
}
