import { describe, expect, test } from 'vitest';
import { endpointSlices, endpointSubsets } from '../../../src/sandbox/kubernetes/controllers/endpoints.ts';
import { ENDPOINTS, SERVICES } from '../../../src/sandbox/kubernetes/controllers/keys.ts';
import type { StoredObject } from '../../../src/sandbox/kubernetes/store.ts';
import { NAMESPACE, SMALL, testWorld } from '../world/test-world.ts';

function pod(name: string, ip: string, options: { ready?: boolean; leaving?: boolean; phase?: string } = {}) {
  const { ready = true, leaving = false, phase = 'Running' } = options;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'ns',
      uid: `uid-${name}`,
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...(leaving ? { deletionTimestamp: '2026-01-01T00:00:30Z' } : {}),
    },
    spec: { nodeName: 'n1', containers: [{ name: 'c', ports: [{ name: 'http', containerPort: 8080 }] }] },
    status: { phase, podIP: ip, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  } as StoredObject;
}

function service(spec: Record<string, unknown> = {}): StoredObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's', namespace: 'ns', uid: 'u', resourceVersion: '1', creationTimestamp: '' },
    spec: { selector: { app: 'a' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }], ...spec },
  };
}

const addresses = (list: readonly Record<string, unknown>[] | undefined) => list?.map((item) => item.ip);

describe('endpoints of a Service', () => {
  const pods = [
    pod('ready', '10.0.0.2'),
    pod('unready', '10.0.0.1', { ready: false }),
    pod('leaving', '10.0.0.3', { leaving: true }),
    pod('done', '10.0.0.4', { phase: 'Succeeded' }),
    pod('placeless', ''),
  ];

  test('tell ready from unready, and leave out what is going or gone', () => {
    const [subset, ...others] = endpointSubsets(service(), pods).subsets;
    expect(others).toEqual([]);
    expect(addresses(subset?.addresses)).toEqual(['10.0.0.2']);
    expect(addresses(subset?.notReadyAddresses)).toEqual(['10.0.0.1']);
    expect(subset?.ports).toEqual([{ name: 'http', port: 8080, protocol: 'TCP' }]);
  });

  test('are all published when the Service asks for it', () => {
    const [subset] = endpointSubsets(service({ publishNotReadyAddresses: true }), pods).subsets;
    expect(addresses(subset?.addresses)).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
  });

  test('stop at a thousand addresses in Endpoints, not in slices', () => {
    const many = Array.from({ length: 1203 }, (_, index) =>
      pod(`p${index}`, `10.1.${Math.floor(index / 250)}.${index % 250}`, { ready: index % 2 === 0 }),
    );
    const { subsets, truncated } = endpointSubsets(service(), many);
    expect(truncated).toBe(true);
    expect(subsets[0]?.addresses).toHaveLength(602);
    expect(subsets[0]?.notReadyAddresses).toHaveLength(398);
    const slices = endpointSlices(service(), many);
    expect(slices.map(({ endpoints }) => endpoints?.length)).toEqual([...Array(12).fill(100), 3]);
  });

  test('in slices show what is terminating', () => {
    const [slice] = endpointSlices(service(), pods);
    expect(slice?.endpoints?.map(({ conditions }) => conditions)).toEqual([
      { ready: false, serving: false, terminating: false },
      { ready: true, serving: true, terminating: false },
      { ready: false, serving: true, terminating: true },
    ]);
  });

  test('without any pod are one empty slice, as on a real cluster', () => {
    expect(endpointSlices(service(), [])).toEqual([{ ports: null, endpoints: null }]);
    expect(endpointSubsets(service(), []).subsets).toEqual([]);
  });

  test('leave out pods that lack a named port', () => {
    expect(endpointSubsets(service({ ports: [{ port: 80, targetPort: 'metrics' }] }), pods).subsets).toEqual(
      [],
    );
  });
});

describe('a selector', () => {
  test('that matches nothing empties the endpoints', () => {
    const world = testWorld(SMALL);
    expect(world.endpoints('web')).toHaveLength(3);
    world.select('web', { app: 'nobody' });
    world.clock.advance(100);
    expect(world.endpoints('web')).toEqual([]);
  });

  test('that is taken away leaves the endpoints to themselves', () => {
    const world = testWorld(SMALL);
    world.select('web', undefined);
    world.scale('web', 0);
    world.seconds(5);
    expect(world.endpoints('web')).toHaveLength(3);
  });

  test('edits of maintained endpoints are put right', () => {
    const world = testWorld(SMALL);
    world.store.mutate(ENDPOINTS, NAMESPACE, 'web', (draft) => {
      delete draft.subsets;
    });
    world.clock.advance(100);
    expect(world.endpoints('web')).toHaveLength(3);
  });

  test('of a Service that goes takes its endpoints and slices along', () => {
    const world = testWorld(SMALL);
    world.store.remove(SERVICES, NAMESPACE, 'web');
    world.clock.advance(100);
    expect(world.store.get(ENDPOINTS, NAMESPACE, 'web')).toBeUndefined();
    expect(world.slices('web')).toEqual([]);
  });

  test('works without EndpointSlices on an old cluster', () => {
    const world = testWorld({ ...SMALL, cluster: { notServed: ['discovery.k8s.io/v1'] } });
    world.scale('web', 4);
    world.seconds(5);
    expect(world.endpoints('web')).toHaveLength(4);
    expect(world.slices('web')).toEqual([]);
  });
});
