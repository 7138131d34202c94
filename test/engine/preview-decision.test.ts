import { describe, expect, it } from 'vitest';
import { preview } from '../../src/engine/preview.ts';
import { parse } from '../../src/runbook/parse.ts';
import { decision } from '../../src/steps/human/decision.ts';
import { task } from '../../src/steps/human/task.ts';
import { fakePorts } from '../fakes/fake-ports.ts';

async function previewed(options: string) {
  const kinds = [decision, task];
  const parsed = parse(
    `apiVersion: rollbook/v1
id: a
title: A
sections:
  - id: choose
    title: Choose
    steps:
      - { id: decide, title: Decide, uses: decision, with: { message: Which?, ${options} } }
  - id: act
    title: Act
    steps:
      - id: back
        title: Go back
        if: steps.decide.outputs.value == 'back'
        uses: task
        with: { instructions: "to \${{ steps.decide.outputs.value }}" }
`,
    '/a.yaml',
    { kinds },
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const { runbook } = parsed;
  const reads = fakePorts();
  return preview({
    ...{ runbook, inputs: {}, kinds, reads, clock: reads.clock, version: 'test' },
    world: { mode: 'preview' },
    signal: new AbortController().signal,
  });
}

describe('a preview of a decision', () => {
  const choices = 'options: [{ value: back, label: Back }, { value: forward }]';

  it('goes on with the answer that is offered, and says so', async () => {
    const { steps } = await previewed(`${choices}, default: back`);
    expect(steps[0]?.plan?.facts.join()).toMatch(/assumes the answer that is offered: Back/);
    expect(steps[1]).toMatchObject({ label: 'human', plan: { summary: 'to back' } });
  });

  it('leaves out what another answer would need', async () => {
    const { steps } = await previewed(`${choices}, default: forward`);
    expect(steps[1]).toMatchObject({ label: 'not-needed' });
  });

  it('assumes nothing when no answer is offered, or when it leads elsewhere', async () => {
    expect((await previewed(choices)).steps[1]).toMatchObject({ label: 'unknown' });
    const elsewhere = 'options: [{ value: back, go-to: end }, { value: forward }], default: back';
    expect((await previewed(elsewhere)).steps[1]).toMatchObject({ label: 'unknown' });
  });
});
