import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { runbookFiles } from '../../src/runbook/catalog.ts';
import { runbookJsonSchema } from '../../src/runbook/json-schema.ts';
import { stepKinds } from '../../src/steps/index.ts';
import { fixtureKinds } from './fixture-kinds.ts';
import { withSteps } from './problems.ts';

const ajv = new Ajv({ strict: false, allErrors: true });
const accepts = ajv.compile(runbookJsonSchema(fixtureKinds));
const check = (steps: string, more?: string) => accepts(parseYaml(withSteps(steps, more)));

describe('the JSON Schema', () => {
  it.each([
    ['a step', '  - { id: a, title: A, uses: look }'],
    ['parameters', '  - { id: a, title: A, uses: write/scale, with: { name: a, replicas: 2 } }'],
    [
      'expressions for scalars',
      '  - { id: a, title: A, uses: write/scale, with: { name: "${{ 1 }}", replicas: "${{ 1 }}", mode: "${{ 1 }}" } }',
    ],
    ['an expression for a list', '  - { id: a, title: A, uses: decision, with: { options: "${{ each }}" } }'],
    ['durations', '  - { id: a, title: A, uses: look, timeout: 1h30m, verify: { for: "${{ inputs.x }}" } }'],
    ['what happens on failure', '  - { id: a, title: A, uses: look, on-failure: { go-to: x } }'],
    ['a call', '  - { id: a, title: A, uses: runbook, with: { runbook: b.yaml } }'],
  ])('accepts %s', (_name, steps) => {
    expect(check(steps) || accepts.errors).toBe(true);
  });

  it.each([
    ['an unknown kind', '  - { id: a, title: A, uses: lock }'],
    ['an unknown parameter', '  - { id: a, title: A, uses: look, with: { x: 1 } }'],
    ['a wrong type', '  - { id: a, title: A, uses: write/scale, with: { name: a, replicas: two } }'],
    ['missing parameters', '  - { id: a, title: A, uses: write/scale }'],
    ['an unknown key', '  - { id: a, title: A, uses: look, verfy: {} }'],
    ['a malformed duration', '  - { id: a, title: A, uses: look, timeout: 5 minutes }'],
    ['a missing title', '  - { id: a, uses: look }'],
  ])('refuses %s', (_name, steps) => {
    expect(check(steps)).toBe(false);
  });

  it('refuses steps beside sections', () => {
    expect(check('  - { id: a, title: A, uses: look }', 'sections: [{ title: S, steps: [] }]')).toBe(false);
  });

  it('describes every kind of step, for completion', () => {
    const step = JSON.stringify(runbookJsonSchema(stepKinds));
    for (const { kind, description } of stepKinds)
      expect(step).toContain(JSON.stringify({ const: kind, description }));
  });

  it('accepts the runbooks that are shipped', () => {
    const shipped = ajv.compile(runbookJsonSchema(stepKinds));
    for (const file of runbookFiles(path.resolve(import.meta.dirname, '../../runbooks')))
      expect(shipped(parseYaml(readFileSync(file, 'utf8'))) || shipped.errors, file).toBe(true);
  });
});
