import { describe, expect, it } from 'vitest';
import { endpointsOf, endpointsVerdict, readEndpoints } from '../../src/cluster/endpoints.ts';
import type { KubeObject } from '../../src/ports/kubernetes.ts';
import { FakeKubernetes } from '../fakes/fake-kubernetes.ts';
import { endpointSlice, pod } from '../fakes/kube-objects.ts';

const blue = pod('blue-1', { ip: '10.0.0.1' });
const green = pod('green-1', { ip: '10.0.0.2', ready: false });

function endpoints(name: string, ready: readonly KubeObject[], notReady: readonly KubeObject[]): KubeObject {
  const address = (each: KubeObject) => ({
    ip: each.status?.podIP,
    targetRef: { kind: 'Pod', name: each.metadata.name, uid: each.metadata.uid },
  });
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name, namespace: 'banking-app' },
    subsets: [{ addresses: ready.map(address), notReadyAddresses: notReady.map(address) }],
  };
}

const expected = [
  { address: '10.0.0.1', ready: true, terminating: false, pod: 'blue-1', podUid: 'uid-blue-1' },
  { address: '10.0.0.2', ready: false, terminating: false, pod: 'green-1', podUid: 'uid-green-1' },
];

describe('endpointsOf', () => {
  it.each([
    ['EndpointSlice v1', endpointSlice('web', [green, blue])],
    ['EndpointSlice v1beta1', endpointSlice('web', [green, blue], 'v1beta1')],
    ['Endpoints', endpoints('web', [blue], [green])],
  ])('reads %s into the same record', (_kind, object) => {
    expect(endpointsOf([object])).toEqual(expected);
  });

  it('takes an absent condition for ready, and null endpoints for none', () => {
    const slice = { metadata: { name: 's' }, endpoints: [{ addresses: ['10.0.0.9'] }] };
    expect(endpointsOf([slice])).toMatchObject([{ address: '10.0.0.9', ready: true, pod: undefined }]);
    expect(endpointsOf([{ metadata: { name: 's' }, endpoints: null }])).toEqual([]);
    expect(endpointsOf([{ metadata: { name: 's' }, subsets: null }])).toEqual([]);
  });

  it('counts an address that is in two slices once, ready if it is ready in either', () => {
    const stale = endpointSlice('web', [pod('blue-1', { ip: '10.0.0.1', ready: false })]);
    expect(endpointsOf([stale, endpointSlice('web', [blue])])).toEqual([expected[0]]);
    expect(endpointsOf([endpointSlice('web', [blue]), stale])).toEqual([expected[0]]);
  });
});

describe('readEndpoints', () => {
  it('uses the slices of that Service alone', async () => {
    const cluster = new FakeKubernetes(endpointSlice('web', [blue]), endpointSlice('other', [green]));
    const reading = await readEndpoints(cluster, { name: 'web' });
    expect(reading).toEqual({ from: 'endpointslices', endpoints: [expected[0]] });
  });

  it('falls back to Endpoints where slices are not served', async () => {
    const cluster = new FakeKubernetes(endpoints('web', [blue], [])).unserve({
      group: 'discovery.k8s.io',
      resource: 'endpointslices',
    });
    expect(await readEndpoints(cluster, { name: 'web' })).toMatchObject({ from: 'endpoints' });
  });
});

describe('endpointsVerdict', () => {
  const all = endpointsOf([endpointSlice('web', [blue, pod('old-1', { ip: '10.0.0.3' }), green])]);

  it('holds only when enough expected pods and no others get traffic', () => {
    const wanted = { minReady: 1, pods: new Set(['blue-1', 'old-1']) };
    expect(endpointsVerdict(all, wanted)).toMatchObject({ holds: true, ready: 2, notReady: 1, strays: [] });
    expect(endpointsVerdict(all, { ...wanted, minReady: 3 }).holds).toBe(false);
  });

  it('names the pods that should not be there', () => {
    const verdict = endpointsVerdict(all, { minReady: 1, pods: new Set(['blue-1']) });
    expect(verdict).toMatchObject({ holds: false, strays: ['old-1'] });
    expect(verdict.evidence).toContain('still in traffic: old-1');
  });
});
