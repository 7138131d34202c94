import { describe, expect, it } from 'vitest';
import { problemsOf, runbookOf, withSteps } from './problems.ts';

describe('a valid runbook', () => {
  it('becomes what the types say', () => {
    const runbook = runbookOf(`apiVersion: rollbook/v1
id: shop/rollback
title: Roll back
description: When the release fails.
source: Plan, 1
inputs:
  env: { type: choice, choices: [prod, stage], default: stage, description: Where }
  backup: { type: choice, choices-from: { uses: look, with: { service: x }, value: result.color } }
  wait: { type: duration, default: 1h30m, required: false }
vars: { twice: "\${{ inputs.env }}\${{ inputs.env }}" }
kubernetes: { namespace: "shop-\${{ inputs.env }}" }
watch:
  pods: app=shop
  events: true
  metrics: [{ title: errors, query: up, unit: percent, warn-above: 0.01 }]
sections:
  - title: "Look, first!"
    if: \${{ inputs.env == 'prod' }}
    steps:
      - id: detect-live
        title: Which colour?
        uses: look
        outputs: { shade: "\${{ result.color }}" }
  - id: act
    title: Act on \${{ steps.detect-live.outputs.shade }}
    steps:
      - id: scale
        title: Scale
        description: To one.
        if: steps.detect-live.outputs.replicas == 0
        uses: write/scale
        with: { name: shop, replicas: "\${{ steps.detect-live.outputs.replicas + 1 }}" }
        risk: dangerous
        retry: { attempts: 3, backoff: 2s }
        timeout: 1m30s
        verify: { expect: "size(steps.detect-live.outputs.shade) > 0", for: 10s, within: "\${{ inputs.wait }}", every: 500ms, says: ok }
        on-failure: { undo: [scale] }
        expected: 5s
      - { id: each-one, title: "Tell \${{ each }}", uses: anything, for-each: [a, 1, { b: true }], with: { to: "\${{ each }}" } }
      - { id: stop, title: Stop, uses: look, on-failure: stop }
outputs: { color: "\${{ steps.detect-live.outputs.shade }}" }
`);
    const { sha256, ...rest } = runbook;
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(rest).toEqual({
      id: 'shop/rollback',
      title: 'Roll back',
      description: 'When the release fails.',
      source: 'Plan, 1',
      file: '/books/main.yaml',
      inputs: [
        {
          name: 'env',
          type: 'choice',
          description: 'Where',
          required: false,
          default: 'stage',
          choices: ['prod', 'stage'],
        },
        {
          name: 'backup',
          type: 'choice',
          required: true,
          choicesFrom: { uses: 'look', with: { service: 'x' }, value: 'result.color' },
        },
        { name: 'wait', type: 'duration', required: false, default: '1h30m' },
      ],
      kubernetes: { namespace: 'shop-${{ inputs.env }}' },
      watch: {
        pods: 'app=shop',
        events: true,
        metrics: [{ title: 'errors', query: 'up', unit: 'percent', warnAbove: 0.01 }],
      },
      sections: [
        { id: 'look-first', title: 'Look, first!', stepIds: ['detect-live'] },
        {
          id: 'act',
          title: 'Act on ${{ steps.detect-live.outputs.shade }}',
          stepIds: ['scale', 'each-one', 'stop'],
        },
      ],
      steps: [
        {
          id: 'detect-live',
          title: 'Which colour?',
          section: 'look-first',
          conditions: [{ scope: '', expression: "inputs.env == 'prod'" }],
          uses: 'look',
          with: {},
          scope: '',
          outputs: { shade: 'result.color' },
          onFailure: { action: 'ask' },
        },
        {
          id: 'scale',
          title: 'Scale',
          description: 'To one.',
          section: 'act',
          conditions: [{ scope: '', expression: 'steps.detect-live.outputs.replicas == 0' }],
          uses: 'write/scale',
          with: { name: 'shop', replicas: '${{ steps.detect-live.outputs.replicas + 1 }}' },
          scope: '',
          outputs: {},
          risk: 'dangerous',
          retry: { attempts: 3, backoffMs: 2000 },
          timeoutMs: 90_000,
          verify: {
            expect: 'size(steps.detect-live.outputs.shade) > 0',
            for: 10_000,
            within: '${{ inputs.wait }}',
            every: 500,
            says: 'ok',
          },
          onFailure: { action: 'undo', steps: ['scale'] },
          expectedMs: 5000,
        },
        {
          id: 'each-one',
          title: 'Tell ${{ each }}',
          section: 'act',
          conditions: [],
          uses: 'anything',
          with: { to: '${{ each }}' },
          scope: '',
          outputs: {},
          forEach: '["a",1,{"b":true}]',
          onFailure: { action: 'ask' },
        },
        {
          id: 'stop',
          title: 'Stop',
          section: 'act',
          conditions: [],
          uses: 'look',
          with: {},
          scope: '',
          outputs: {},
          onFailure: { action: 'stop' },
        },
      ],
      scopes: {
        '': {
          id: '',
          runbookId: 'shop/rollback',
          inputs: rest.inputs,
          vars: { twice: '${{ inputs.env }}${{ inputs.env }}' },
          outputs: { color: '${{ steps.detect-live.outputs.shade }}' },
        },
      },
    });
  });

  it('may have ten thousand steps, each of which names the one before', () => {
    const steps = Array.from(
      { length: 10_000 },
      (_, place) =>
        `- {id: s${place}, title: T, uses: look${place === 0 ? '' : `, if: steps.s${place - 1}.outputs.replicas != ${place}`}}`,
    ).join('\n');
    const text = withSteps(steps);
    expect(runbookOf(text).steps).toHaveLength(10_000);
    expect(problemsOf(text.replace('s9998.outputs', 's9999.outputs'))).toEqual([
      '10004:47 the step "s9999" names itself (result, in outputs and verify.expect)',
    ]);
  });
});
