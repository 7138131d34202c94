import { describe, expect, it } from 'vitest';
import { selectTraffic } from '../../src/steps/kubernetes/select-traffic.ts';
import { fakePorts } from '../fakes/fake-ports.ts';
import { endpointSlice, service } from '../fakes/kube-objects.ts';
import { BLUE, banking, GREEN, planContext, pods, runContext } from './banking.ts';

const toBlue = selectTraffic.schema.parse({ service: 'frontend-service', selector: BLUE });

describe('observing a switch', () => {
  async function switched(kube = banking()) {
    const ports = fakePorts({ kubernetes: kube });
    const plans = planContext(ports);
    const plan = await selectTraffic.plan(toBlue, plans);
    await selectTraffic.run?.(plan, runContext(ports));
    return { kube, look: () => selectTraffic.observe?.(plan, plans) };
  }

  it('does not hold while the endpoints are the old ones', async () => {
    const { look } = await switched(banking({ green: [true, true] }));
    expect(await look()).toMatchObject({ holds: false });
  });

  it('holds once the endpoints are the ready new pods alone', async () => {
    const { kube, look } = await switched();
    kube.put(endpointSlice('frontend-service', pods(BLUE, [true, true])));
    expect(await look()).toMatchObject({
      holds: true,
      summary: 'blue 2/2',
      outputs: { pods: ['frontend-blue-0', 'frontend-blue-1'], ready: 2, previous: GREEN },
    });
  });

  it('does not hold while one old pod is still among them', async () => {
    const { kube, look } = await switched(banking({ green: [true] }));
    kube.put(endpointSlice('frontend-service', [...pods(BLUE, [true, true]), ...pods(GREEN, [true])]));
    expect(await look()).toMatchObject({
      holds: false,
      evidence: [expect.anything(), expect.stringContaining('frontend-green-0'), expect.anything()],
    });
  });

  it('reads Endpoints where slices are not served', async () => {
    const endpoints = {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name: 'frontend-service', namespace: 'banking-app' },
      subsets: [
        {
          addresses: [0, 1].map((index) => ({
            ip: `10.0.1.${index}`,
            targetRef: { kind: 'Pod', name: `frontend-blue-${index}` },
          })),
        },
      ],
    };
    const unserved = await switched(
      banking().unserve({ group: 'discovery.k8s.io', resource: 'endpointslices' }),
    );
    unserved.kube.put(endpoints);
    expect(await unserved.look()).toMatchObject({ holds: true });
  });

  it('gives up when somebody put another selector there', async () => {
    const { kube, look } = await switched();
    kube.put(endpointSlice('frontend-service', pods(BLUE, [true, true])));
    kube.put(service('frontend-service', { app: 'canary' }));
    expect(await look()).toMatchObject({ holds: false, hopeless: expect.stringContaining('{app: canary}') });
  });
});
