import { describe, expect, it } from 'vitest';
import { PortFailure } from '../../src/ports/failure.ts';
import type { KubeObject } from '../../src/ports/kubernetes.ts';
import { whyNotReady } from '../../src/steps/kubernetes/why-not-ready.ts';
import { FakeKubernetes } from '../fakes/fake-kubernetes.ts';

const pod = (name: string, ready: boolean, state: object): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', uid: `uid-${name}`, labels: { app: 'web' } },
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    containerStatuses: [{ name: 'web', ready, restartCount: 0, state }],
  } as never,
});

const warning = (of: string, lastTimestamp: string, message: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: `${of}.${lastTimestamp}`, namespace: 'shop' },
  type: 'Warning',
  message,
  lastTimestamp,
  involvedObject: { uid: `uid-${of}` },
});

const place = (kube: FakeKubernetes) => ({ kube, namespace: 'shop', options: {} });
const running = { running: { startedAt: '2026-01-01T00:00:00Z' } };

describe('why a workload is not ready', () => {
  it('is the last warning of a pod that runs', async () => {
    const kube = new FakeKubernetes(
      pod('web-a', true, running),
      pod('web-b', false, running),
      warning('web-b', '2026-01-01T00:00:01Z', 'Readiness probe failed: connection refused'),
      warning(
        'web-b',
        '2026-01-01T00:00:09Z',
        'Readiness probe failed:\n HTTP probe failed with statuscode: 500',
      ),
      warning('web-a', '2026-01-01T00:00:10Z', 'of another pod'),
    );
    expect(await whyNotReady(place(kube), 'app=web')).toBe(
      'pod/web-b: Readiness probe failed: HTTP probe failed with statuscode: 500',
    );
  });

  it('is the state of a container that does not run', async () => {
    const waiting = { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "web:9"' } };
    expect(await whyNotReady(place(new FakeKubernetes(pod('web-b', false, waiting))), 'app=web')).toContain(
      'waiting (ImagePullBackOff, Back-off pulling image "web:9")',
    );
  });

  it('is not asked of pods that are ready', async () => {
    expect(
      await whyNotReady(place(new FakeKubernetes(pod('web-a', true, running))), 'app=web'),
    ).toBeUndefined();
  });

  it('is left out where this user may not look', async () => {
    const kube = new FakeKubernetes(pod('web-b', false, running));
    kube.list = async () => {
      throw new PortFailure('User "viewer" may not list pods.', { reason: 'forbidden' });
    };
    expect(await whyNotReady(place(kube), 'app=web')).toBeUndefined();
  });
});
