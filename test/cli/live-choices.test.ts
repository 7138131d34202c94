import { describe, expect, it } from 'vitest';
import { checkLiveChoices } from '../../src/cli/live-choices.ts';
import { parse } from '../../src/runbook/parse.ts';
import type { Runbook } from '../../src/runbook/runbook.ts';
import { stepKinds } from '../../src/steps/index.ts';
import { FakeKubernetes } from '../fakes/fake-kubernetes.ts';
import { fakePorts } from '../fakes/fake-ports.ts';

const file = `
apiVersion: rollbook/v1
id: pick
title: Pick a deployment
inputs:
  tier: { type: string, default: web }
  deployment:
    type: choice
    choices-from:
      uses: kubernetes/list
      with: { resource: deployments.apps, namespace: shop, selector: "tier=\${{ inputs.tier }}" }
      value: result.names
steps:
  - id: look
    title: Look
    uses: task
    with: { instructions: Look at it. }
`;

function runbook(): Runbook {
  const result = parse(file, '/pick.yaml', { kinds: stepKinds });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.runbook;
}

function cluster(): FakeKubernetes {
  const kubernetes = new FakeKubernetes();
  for (const [name, tier] of [
    ['web-a', 'web'],
    ['web-b', 'web'],
    ['db', 'data'],
  ] as const)
    kubernetes.put({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: 'shop', labels: { tier } },
      spec: { replicas: 1 },
    });
  return kubernetes;
}

describe('live choices', () => {
  it.each<[string, Record<string, string>, string | undefined]>([
    ['takes one of them', { deployment: 'web-b' }, undefined],
    [
      'says which there are when none is given',
      {},
      'Input deployment is needed, -i deployment=…: there are web-a, web-b.',
    ],
    [
      'refuses one that is not there',
      { deployment: 'db' },
      'Input deployment: db is not to be had; there are web-a, web-b.',
    ],
    ['follows the other inputs', { tier: 'data', deployment: 'db' }, undefined],
    [
      'says that there is none',
      { tier: 'none', deployment: 'db' },
      'Input deployment: db is not to be had; there is none at the moment.',
    ],
  ])('%s', async (_name, given, problem) => {
    const check = checkLiveChoices(
      runbook(),
      new Map(Object.entries(given)),
      fakePorts({ kubernetes: cluster() }),
    );
    if (problem === undefined) await expect(check).resolves.toBeUndefined();
    else await expect(check).rejects.toThrow(problem);
  });
});
