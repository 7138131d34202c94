import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { scenarioSchema } from '../../../src/drill/scenario.ts';
import { createLoader } from '../../../src/runbook/catalog.ts';
import { parse } from '../../../src/runbook/parse.ts';
import { stepKinds } from '../../../src/steps/index.ts';

const folder = path.resolve(import.meta.dirname, '../../../runbooks/kas-fleet-manager');

function runbook(name: string) {
  const file = path.join(folder, `${name}.yaml`);
  const parsed = parse(readFileSync(file), file, { kinds: stepKinds, loadRunbook: createLoader([]) });
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  return parsed.runbook;
}

describe.each(['rollback', 'roll-forward'])('the runbook %s', (name) => {
  const { steps, sections } = runbook(name);

  it('verifies on the cluster only after the version was deployed', () => {
    const ids = steps.map(({ id }) => id);
    for (const check of ['rolled-out', 'error-rate', 'latency-p99', 'leaders'])
      expect(ids.indexOf(check)).toBeGreaterThan(ids.indexOf('deployed'));
  });

  it('writes in one step at most, a merge request', () => {
    const writing = steps.filter(({ uses }) => stepKinds.find(({ kind }) => kind === uses)?.risk !== 'safe');
    expect(writing.map(({ uses }) => uses)).toEqual(name === 'rollback' ? ['gitlab/revert'] : []);
  });

  it('leaves no section without steps', () => {
    expect(sections.filter(({ stepIds }) => stepIds.length === 0)).toEqual([]);
  });

  const drills = path.join(folder, 'drills', name);
  it.each(readdirSync(drills))('has a drill %s whose steps exist', (file) => {
    const scenario = scenarioSchema.parse(parseYaml(readFileSync(path.join(drills, file), 'utf8')));
    expect(`${scenario.id}.yaml`).toBe(file);
    const ids = new Set(steps.map(({ id }) => id));
    const named = [...Object.keys(scenario.expect.steps), ...Object.keys(scenario.operator.answers)];
    expect(named.filter((id) => !ids.has(id))).toEqual([]);
    // A drill that ends without a recovery names no step that proves one.
    const proof = scenario.objectives['recovered-by'];
    if (scenario.expect.outcome === 'succeeded') expect(ids).toContain(proof);
    else expect(proof === undefined || ids.has(proof)).toBe(true);
  });
});
